// Four numbers at a time: exponential and logarithm after Cephes (Moshier), activations, sums, and the ends of rows.

export const enum Active {
  None,
  Relu,
  Sigmoid,
  HardSigmoid,
  HardSwish,
}

/** a·b + c, in one rounding where the build may fuse. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

export function exponential(value: v128): v128 {
  let x = f32x4.min(f32x4.max(value, f32x4.splat(-87.3)), f32x4.splat(88.3));
  const whole = f32x4.floor(f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), f32x4.splat(0.5)));
  x = f32x4.sub(x, f32x4.mul(whole, f32x4.splat(0.693359375)));
  x = f32x4.sub(x, f32x4.mul(whole, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, x), f32x4.splat(5.0000001201e-1));
  y = f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(x, x)), x), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

/** log(1 + e) for e in 0..1, exact for small e. */
export function logarithmOfOnePlus(e: v128): v128 {
  const isBig = f32x4.gt(e, f32x4.splat(0.41421356));
  const halved = f32x4.sub(f32x4.mul(e, f32x4.splat(0.5)), f32x4.splat(0.5));
  const m = v128.bitselect(halved, e, isBig);
  const ifBig = v128.and(isBig, f32x4.splat(1));
  const z = f32x4.mul(m, m);
  let y = f32x4.splat(7.0376836292e-2);
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.1514610310e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(1.1676998740e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.2420140846e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(1.4249322787e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.6668057665e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(2.0000714765e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-2.4999993993e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(3.3333331174e-1));
  y = f32x4.mul(f32x4.mul(y, m), z);
  y = f32x4.add(y, f32x4.mul(ifBig, f32x4.splat(-2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(z, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(m, y), f32x4.mul(ifBig, f32x4.splat(0.693359375)));
}

export function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exponential(f32x4.neg(x))));
}

/** log(1 + exp(x)). */
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), logarithmOfOnePlus(exponential(f32x4.neg(f32x4.abs(x)))));
}

@inline
function clamp(x: v128, high: f32): v128 {
  return f32x4.min(f32x4.max(x, f32x4.splat(0)), f32x4.splat(high));
}

@inline
export function activate(kind: i32, slope: f32, x: v128): v128 {
  if (kind == Active.None) return x;
  if (kind == Active.Relu) return f32x4.max(x, f32x4.splat(0));
  if (kind == Active.Sigmoid) return sigmoid(x);
  if (kind == Active.HardSigmoid) {
    return clamp(f32x4.add(f32x4.mul(x, f32x4.splat(slope)), f32x4.splat(0.5)), 1);
  }
  const gate = clamp(f32x4.add(x, f32x4.splat(3)), 6);
  return f32x4.div(f32x4.mul(x, gate), f32x4.splat(6));
}

/** Derivative at the input x. */
@inline
export function slopeAt(kind: i32, slope: f32, x: v128): v128 {
  if (kind == Active.None) return f32x4.splat(1);
  if (kind == Active.Relu) return v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.splat(1));
  if (kind == Active.HardSwish) return slopeOfHardSwish(x);
  return slopeFromOutput(kind, slope, activate(kind, slope, x));
}

function slopeOfHardSwish(x: v128): v128 {
  const inside = f32x4.add(f32x4.div(x, f32x4.splat(3)), f32x4.splat(0.5));
  const upper = v128.bitselect(f32x4.splat(1), inside, f32x4.ge(x, f32x4.splat(3)));
  return v128.andnot(upper, f32x4.le(x, f32x4.splat(-3)));
}

/** Derivative from the output y (for hardSwish, from its input). */
export function slopeFromOutput(kind: i32, slope: f32, y: v128): v128 {
  if (kind == Active.Relu) return v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.splat(1));
  if (kind == Active.Sigmoid) return f32x4.mul(y, f32x4.sub(f32x4.splat(1), y));
  if (kind == Active.HardSigmoid) {
    const isInside = v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, f32x4.splat(1)));
    return v128.and(isInside, f32x4.splat(slope));
  }
  return slopeOfHardSwish(y);
}

/** The four lanes added up, in pairs. */
@inline
export function laneSum(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** `value` with the lanes from `count` on cleared. */
@inline
export function firstLanes(value: v128, count: i32): v128 {
  return v128.and(value, i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3)));
}

/** Stores four values, or as many as are left of a row. */
@inline
export function storeUpTo(to: usize, value: v128, left: i32): void {
  if (left >= 4) {
    v128.store(to, value);
    return;
  }
  store<f32>(to, f32x4.extract_lane(value, 0));
  if (left > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4);
  if (left > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8);
}
