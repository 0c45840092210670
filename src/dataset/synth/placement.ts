// Where the flat surfaces of a page lie in the picture: one sheet on a table, boards on a wall, signs along a street.
// Difficulty turns, tilts, rolls and moves them, at times partly out of the picture.

import type { Random } from "../../core/index.ts";
import type { PageSpec } from "./plan.ts";
import type { Box } from "./rows.ts";
import type { Quad } from "./warp.ts";

export interface Placement {
  readonly quad: Quad;
  /** Flat size: about the size in the picture, so that letters are neither blown up nor lost. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly wordCount: number;
  readonly roll: { readonly px: number; readonly phase: number };
}

export function placementsFor(
  spec: PageSpec,
  widthPx: number,
  heightPx: number,
  random: Random,
): Placement[] {
  switch (spec.kind) {
    case "document":
    case "receipt":
      return [sheetPlacement(spec, widthPx, heightPx, random)];
    case "sign":
      return boardPlacements(spec, { x: 0, y: 0, width: widthPx, height: heightPx }, 5, random);
    case "scene": {
      const facade = { x: 0, y: heightPx * 0.1, width: widthPx, height: heightPx * 0.78 };
      return boardPlacements(spec, facade, 2.5, random);
    }
    default:
      return spec.kind satisfies never;
  }
}

function sheetPlacement(spec: PageSpec, widthPx: number, heightPx: number, random: Random): Placement {
  const { difficulty, kind } = spec;
  const margin = random.range(0.02, 0.06);
  const narrow = kind === "receipt" ? random.range(0.78, 0.95) : random.range(0.9, 1);
  const width = widthPx * (1 - 2 * margin) * narrow;
  const height =
    heightPx * (1 - 2 * margin) * (kind === "receipt" ? random.range(0.88, 1) : random.range(0.92, 1));
  const x = (widthPx - width) * (kind === "receipt" ? random.range(0.3, 0.7) : 0.5);
  const rect = { x, y: (heightPx - height) / 2, width, height };
  const turned = turn(rect, random, difficulty);
  // Some photographs are framed too tightly: the sheet leaves the picture.
  const zoom = random.chance(0.6 * difficulty) ? random.range(1.05, 1.3) : 1;
  const slack = { x: 0, y: 0, width: widthPx, height: heightPx };
  const quad = zoomed(
    fitted(turned, slack),
    zoom,
    widthPx * random.range(0.3, 0.7),
    heightPx * random.range(0.3, 0.7),
  );
  const rollPx = random.chance(0.3 + 0.6 * difficulty) ? random.normal() * 0.035 * difficulty * widthPx : 0;
  return place(quad, spec.wordCount, { px: rollPx, phase: random.range(0, Math.PI) });
}

/** Cells of a grid, each with a board; `wordsEach` about what one board holds. */
function boardPlacements(spec: PageSpec, area: Box, wordsEach: number, random: Random): Placement[] {
  const boards = Math.max(1, Math.min(9, spec.wordCount, Math.round(spec.wordCount / wordsEach)));
  const columns = Math.min(boards, Math.ceil(Math.sqrt(boards * random.range(0.5, 1.4))));
  const rows = Math.ceil(boards / columns);
  const cells = random
    .shuffled(Array.from({ length: columns * rows }, (_, i) => i))
    .slice(0, boards)
    .sort((first, second) => first - second);
  return cells.map((cell, i) => {
    const width = area.width / columns;
    const height = area.height / rows;
    const x = area.x + (cell % columns) * width;
    const y = area.y + Math.floor(cell / columns) * height;
    const share = 1 - 0.35 * spec.difficulty;
    const board = {
      width: width * random.range(0.88 * share, 0.98),
      height: height * random.range(0.7 * share, 0.95),
    };
    const rect = { x: x + (width - board.width) / 2, y: y + (height - board.height) / 2, ...board };
    const quad = fitted(turn(rect, random, spec.difficulty), { x, y, width, height });
    // Only outwards: boards never cover each other's words.
    const column = cell % columns;
    const outwards = (column === 0 ? -1 : 0) + (column === columns - 1 ? 1 : 0);
    const isCut = random.chance(0.6 * spec.difficulty);
    const moved = isCut ? shifted(quad, outwards * width * random.range(0.1, 0.5), 0) : quad;
    const words = Math.floor((spec.wordCount * (i + 1)) / boards) - Math.floor((spec.wordCount * i) / boards);
    return place(moved, words, { px: 0, phase: 0 });
  });
}

/** Rotation and perspective: corners of the rectangle, turned and pushed. */
function turn(rect: Box, random: Random, difficulty: number): Quad {
  const angle = random.normal() * (0.01 + 0.16 * difficulty);
  const push = Math.min(rect.width, rect.height) * (0.01 + 0.11 * difficulty);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const corner = (x: number, y: number): [number, number] => [
    rect.x + rect.width / 2 + x * cos - y * sin + random.range(-push, push),
    rect.y + rect.height / 2 + x * sin + y * cos + random.range(-push, push),
  ];
  const w = rect.width / 2;
  const h = rect.height / 2;
  return [...corner(-w, -h), ...corner(w, -h), ...corner(w, h), ...corner(-w, h)];
}

/** Shrinks and moves a quadrilateral until it lies in a box. */
function fitted(quad: Quad, box: Box): Quad {
  const bounds = boundsOf(quad);
  const scale = Math.min(1, (0.98 * box.width) / bounds.width, (0.98 * box.height) / bounds.height);
  const small = zoomed(quad, scale, bounds.x + bounds.width / 2, bounds.y + bounds.height / 2);
  const now = boundsOf(small);
  const inside = (at: number, length: number, low: number, room: number): number =>
    Math.max(low - at, 0) + Math.min(low + room - at - length, 0);
  return shifted(
    small,
    inside(now.x, now.width, box.x, box.width),
    inside(now.y, now.height, box.y, box.height),
  );
}

function boundsOf(quad: Quad): Box {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = quad;
  const x = Math.min(x0, x1, x2, x3);
  const y = Math.min(y0, y1, y2, y3);
  return { x, y, width: Math.max(x0, x1, x2, x3) - x, height: Math.max(y0, y1, y2, y3) - y };
}

function zoomed(quad: Quad, factor: number, aboutX: number, aboutY: number): Quad {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = quad;
  const x = (value: number): number => aboutX + (value - aboutX) * factor;
  const y = (value: number): number => aboutY + (value - aboutY) * factor;
  return [x(x0), y(y0), x(x1), y(y1), x(x2), y(y2), x(x3), y(y3)];
}

function shifted(quad: Quad, dx: number, dy: number): Quad {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = quad;
  return [x0 + dx, y0 + dy, x1 + dx, y1 + dy, x2 + dx, y2 + dy, x3 + dx, y3 + dy];
}

function place(quad: Quad, wordCount: number, roll: Placement["roll"]): Placement {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = quad;
  const across = (Math.hypot(x1 - x0, y1 - y0) + Math.hypot(x2 - x3, y2 - y3)) / 2;
  const down = (Math.hypot(x3 - x0, y3 - y0) + Math.hypot(x2 - x1, y2 - y1)) / 2;
  return {
    quad,
    widthPx: Math.max(16, Math.round(across)),
    heightPx: Math.max(12, Math.round(down)),
    wordCount,
    roll,
  };
}
