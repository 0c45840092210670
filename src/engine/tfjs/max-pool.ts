// Max pooling whose gradient goes to the first of several equal values, as in PyTorch and in the other engines. The WebGL and WebGPU
// backends of tfjs 4.22 send it to the last one (`>=` in their position shaders), so there the pages are pooled turned by 180°:
// the last value of a turned window is the first of the window.

import * as tf from "@tensorflow/tfjs-core";

const LAST_WINS: ReadonlySet<string> = new Set(["webgl", "webgpu"]);
const UPRIGHT_AXES = [1, 2];

export interface Pooling {
  readonly kernel: number;
  readonly stride: number;
  /** On every side. */
  readonly padding: number;
}

/** `x` is [N, H, W, C]. */
export function maxPool(x: tf.Tensor4D, { kernel, stride, padding }: Pooling): tf.Tensor4D {
  if (!LAST_WINS.has(tf.getBackend())) return tf.maxPool(x, kernel, stride, padding);
  const [batch, height, width, channels] = x.shape;
  /** What the windows need beyond the far border; negative where they leave rows or columns unread. */
  const beyond = (side: number): number => {
    const windows = Math.floor((side - kernel + 2 * padding) / stride) + 1;
    return stride * (windows - 1) + kernel - side - padding;
  };
  const [below, right] = [beyond(height), beyond(width)];
  const [unreadRows, unreadColumns] = [Math.max(0, -below), Math.max(0, -right)];
  const turned = tf.slice(
    tf.reverse(x, UPRIGHT_AXES),
    [0, unreadRows, unreadColumns, 0],
    [batch, height - unreadRows, width - unreadColumns, channels],
  );
  const borders: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [Math.max(0, below), padding],
    [Math.max(0, right), padding],
    [0, 0],
  ];
  return tf.reverse(tf.maxPool(turned, kernel, stride, borders), UPRIGHT_AXES);
}
