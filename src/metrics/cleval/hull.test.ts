// Where the hull begins, for corners whose edges tie: SciPy 1.10's ConvexHull(points).vertices, asked once for each.

import { expect, it } from "vitest";
import { convexHull, startOfHull } from "./hull.ts";
import { minAreaAspect } from "./min-area-aspect.ts";

const TOP_LEFT = [10, 20] as const;
const TOP_RIGHT = [110, 20] as const;
const BOTTOM_RIGHT = [110, 50] as const;
const BOTTOM_LEFT = [10, 50] as const;

it.each([
  ["an upright box from the top left", [TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT], [0, 1, 2, 3]],
  ["from the top right", [TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT, TOP_LEFT], [1, 2, 3, 0]],
  ["from the bottom right", [BOTTOM_RIGHT, BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT], [0, 1, 2, 3]],
  ["from the bottom left", [BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT], [0, 1, 2, 3]],
  ["against the clock", [TOP_LEFT, BOTTOM_LEFT, BOTTOM_RIGHT, TOP_RIGHT], [1, 0, 3, 2]],
  [
    "crossing itself, where all points have to be asked",
    [
      [1, 4],
      [3, 3],
      [2, 4],
      [1, 3],
    ],
    [2, 0, 3, 1],
  ],
  [
    "with the third corner taken early",
    [
      [336, 201],
      [529, 202],
      [535, 246],
      [336, 246],
    ],
    [0, 1, 2, 3],
  ],
])("%s", (_, points, expected) => {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const ring = convexHull(xs, ys);
  const start = startOfHull(xs, ys, ring);
  expect([...ring.slice(start), ...ring.slice(0, start)]).toEqual(expected);
});

it("the aspect is seen from the first of the edges that tie", () => {
  const fromBottomLeft = [BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT].flat();
  const fromTopLeft = [TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT].flat();
  expect(minAreaAspect(fromTopLeft)).toBeCloseTo(30 / 100, 6);
  expect(minAreaAspect(fromBottomLeft)).toBeCloseTo(100 / 30, 6);
});
