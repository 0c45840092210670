// Lengths, centres and costs of CLEval upstream for four-point boxes with transcriptions.
// Follows clovaai/CLEval, cleval/box_types.py (QUAD); paper: Baek et al., "CLEval: Character-Level Evaluation for Text Detection
// and Recognition Tasks" (2020).

import { roundHalfEven } from "../score.ts";

const SIDE_EPSILON = 1e-5;
const LONGEST = 10;
/** Boxes taller than this share of width to height are read from top to bottom. */
const VERTICAL_BELOW = 0.5;

/** Mean horizontal over mean vertical side of the box as its points are ordered. */
export function quadAspect(quad: ArrayLike<number>): number {
  const horizontal = (side(quad, 0) + side(quad, 2)) / 2;
  const vertical = (side(quad, 1) + side(quad, 3)) / 2;
  return (horizontal + SIDE_EPSILON) / (vertical + SIDE_EPSILON);
}

/** Assumed characters of a word without a transcription. */
export function quadPseudoLength(aspect: number): number {
  return Math.min(roundHalfEven(0.5 + Math.max(aspect, 1 / aspect)), LONGEST);
}

/** A vertical false box is expensive, a horizontal one costs 1. */
export function quadFalseCost(aspect: number): number {
  return Math.min(roundHalfEven(0.5 + 1 / (SIDE_EPSILON + aspect)), LONGEST);
}

/** `length` points on the middle line, from the untruncated corners. Flat x, y pairs. */
export function quadCentres(
  quad: ArrayLike<number>,
  aspect: number,
  length: number,
): Float64Array<ArrayBuffer> {
  const start = aspect >= VERTICAL_BELOW ? 0 : 3;
  const corner = (i: number): readonly [number, number] => {
    const at = 2 * ((start + i) % 4);
    return [quad[at] as number, quad[at + 1] as number];
  };
  const [leftTop, rightTop, rightBottom, leftBottom] = [corner(0), corner(1), corner(2), corner(3)];
  const fromX = (leftTop[0] + leftBottom[0]) / 2;
  const fromY = (leftTop[1] + leftBottom[1]) / 2;
  const stepX = ((rightTop[0] + rightBottom[0]) / 2 - fromX) / length;
  const stepY = ((rightTop[1] + rightBottom[1]) / 2 - fromY) / length;
  const centres = new Float64Array(2 * length);
  for (let i = 0; i < length; i++) {
    centres[2 * i] = fromX + stepX / 2 + stepX * i;
    centres[2 * i + 1] = fromY + stepY / 2 + stepY * i;
  }
  return centres;
}

function side(quad: ArrayLike<number>, i: number): number {
  const from = 2 * i;
  const to = (2 * i + 2) % 8;
  const dx = (quad[from] as number) - (quad[to] as number);
  const dy = (quad[from + 1] as number) - (quad[to + 1] as number);
  return Math.sqrt(dx * dx + dy * dy);
}
