// Between the graph's layout (NCHW, [out, in, k, k]) and the one in which tfjs is at home (NHWC, [k, k, in, out]).
// Everything outside this folder speaks NCHW.

import type { ParameterRole } from "../../graph/index.ts";

/**
 * How a parameter's axes are ordered for tfjs. Convolutions [out, in/groups, k, k] become [k, k, in/groups, out],
 * depthwise ones [C, 1, k, k] become [k, k, C, 1], transposed ones [in, out, k, k] become [k, k, out, in].
 */
export function tfjsAxes(
  role: ParameterRole,
  shape: readonly number[],
  isDepthwise: boolean,
): readonly number[] {
  if (role !== "weight") return shape.map((_, axis) => axis);
  return isDepthwise ? [2, 3, 0, 1] : [2, 3, 1, 0];
}

/** The axes that undo `axes`. */
export function inverseAxes(axes: readonly number[]): readonly number[] {
  return axes.map((_, axis) => axes.indexOf(axis));
}

/** A copy of row-major `values` with its axes reordered: new axis i is old axis `axes[i]`. */
export function permuted(
  values: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): Float32Array<ArrayBuffer> {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const out = new Float32Array(values.length);
  const index = axes.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from] ?? 0;
    for (let i = axes.length - 1; i >= 0; i--) {
      const axis = axes[i] ?? 0;
      const stride = strides[axis] ?? 0;
      const next = (index[i] ?? 0) + 1;
      from += stride;
      if (next < (shape[axis] ?? 0)) {
        index[i] = next;
        break;
      }
      from -= next * stride;
      index[i] = 0;
    }
  }
  return out;
}

/** NCHW → NHWC of a value's axes. */
export const NHWC_AXES = [0, 2, 3, 1] as const;
/** NHWC → NCHW. */
export const NCHW_AXES = [0, 3, 1, 2] as const;
