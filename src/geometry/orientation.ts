// On which side of a line a point lies, decided exactly where plain arithmetic cannot tell.
// Source: the filter of Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates" (1997); behind
// it products are summed as exact double pairs, as GEOS does.

/** Below this share of the terms' size the sign of the plain result may be wrong. */
const ERROR_BOUND = 3.3306690738754716e-16;
const SPLITTER = 134217729;

/** 1 when a→b→c turns from x towards y, −1 the other way, 0 on one line. */
export function orientation(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  cx: number,
  cy: number,
): -1 | 0 | 1 {
  const left = (bx - ax) * (cy - ay);
  const right = (by - ay) * (cx - ax);
  const plain = left - right;
  if (Math.abs(plain) > ERROR_BOUND * (Math.abs(left) + Math.abs(right))) return plain > 0 ? 1 : -1;
  return signOfSum(exactTerms(ax, ay, bx, by, cx, cy));
}

/** The determinant ax·by − ay·bx + bx·cy − by·cx + cx·ay − cy·ax as twelve doubles whose exact sum it is. */
function exactTerms(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): number[] {
  return [
    ...product(ax, by),
    ...product(-ay, bx),
    ...product(bx, cy),
    ...product(-by, cx),
    ...product(cx, ay),
    ...product(-cy, ax),
  ];
}

/** a·b = high + low exactly (Dekker). */
function product(a: number, b: number): [number, number] {
  const high = a * b;
  const aBig = SPLITTER * a;
  const aHigh = aBig - (aBig - a);
  const aLow = a - aHigh;
  const bBig = SPLITTER * b;
  const bHigh = bBig - (bBig - b);
  const bLow = b - bHigh;
  return [high, aLow * bLow - (high - aHigh * bHigh - aLow * bHigh - aHigh * bLow)];
}

/** Sign of an exact sum: terms are folded into a non-overlapping expansion whose last part carries the sign. */
function signOfSum(terms: readonly number[]): -1 | 0 | 1 {
  const expansion: number[] = [];
  for (const term of terms) {
    let carry = term;
    let kept = 0;
    for (let i = 0; i < expansion.length; i++) {
      const part = expansion[i] as number;
      const sum = carry + part;
      const virtual = sum - carry;
      const rest = carry - (sum - virtual) + (part - virtual);
      if (rest !== 0) expansion[kept++] = rest;
      carry = sum;
    }
    expansion.length = kept;
    if (carry !== 0) expansion.push(carry);
  }
  return Math.sign(expansion[expansion.length - 1] ?? 0) as -1 | 0 | 1;
}
