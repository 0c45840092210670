// Checks boxesFromMap against MhLiao/DB and the original project (db-postprocess.json.gz), quads and polygons: outlines and
// simplified outlines exactly, boxes and scores within the header's tolerances. Stricter than it in one point: no box may
// be missing or too many, also not near a limit.

import { z } from "zod";
import { type Affine, type Polygon, polygonIn, type Size } from "../../src/core/index.ts";
import {
  affine,
  applyTo,
  arcLengthPx,
  emptyBitmap,
  findContours,
  overlapArea,
  regionOf,
  simplifyClosed,
  smallestRectangle,
} from "../../src/geometry/index.ts";
import {
  boxesFromMap,
  type MapDetections,
  type PostprocessSettings,
  roundHalfToEven,
  toDestination,
} from "../../src/postprocess/index.ts";
import { decodeTensor, packedTensor } from "./packed.ts";
import type { CaseResult, Check } from "./types.ts";

const points = z.array(z.tuple([z.number(), z.number()]));
const found = z.object({ boxes: z.array(points), scores: z.array(z.number()) });
const row = z.tuple([z.number(), z.number(), z.number()]);
const run = z.object({
  params: z.object({ thresh: z.number(), box_thresh: z.number(), max_candidates: z.number() }),
  numContours: z.number(),
  db_dest: z.object({ height: z.number(), width: z.number() }),
  seed_inverse_matrix: z.tuple([row, row, z.tuple([z.literal(0), z.literal(0), z.literal(1)])]),
  contours: z.array(points).optional(),
  minAreaRects: z.array(points).optional(),
  approx: z.array(points).optional(),
  db_quad: found.extend({ rows: z.number(), contourIndex: z.array(z.number()) }),
  seed_quad: found,
  db_polygon: found,
  seed_polygon: found,
});
const file = z.object({
  header: z.object({
    params: z.object({
      min_size: z.number(),
      unclip_ratio_quad: z.number(),
      unclip_ratio_polygon: z.number(),
    }),
  }),
  cases: z.array(z.object({ id: z.string(), map: packedTensor, runs: z.array(run) })),
});
type Run = z.infer<typeof run>;
type HeaderParams = z.infer<typeof file>["header"]["params"];

const VERTEX_TOLERANCE_PX = 2;
const LEAST_OVERLAP = 0.97;
const SCORE_TOLERANCE = 0.01;

interface Finding {
  readonly worst: number;
  readonly says: string;
}

/** What a comparison needs: the map once as floats, as both references see it. */
interface Picture {
  readonly map: Float32Array;
  readonly size: Size<"map">;
}

export const checkPostprocess: Check = async (document) => {
  const { header, cases } = file.parse(document);
  return cases.flatMap(({ id, map, runs }) => {
    const [heightPx = 0, widthPx = 0] = map.shape;
    const picture = {
      map: Float32Array.from(decodeTensor(map), (byte) => byte / 255),
      size: { widthPx, heightPx },
    };
    return runs.map((one, index) => compareRun(`${id} run ${index}`, picture, one, header.params));
  });
};

function compareRun(id: string, picture: Picture, one: Run, header: HeaderParams): CaseResult {
  const toDb = (polygon: Polygon<"map">): Polygon<"upright"> =>
    toDestination(polygon, picture.size, { widthPx: one.db_dest.width, heightPx: one.db_dest.height });
  const toOriginal = (polygon: Polygon<"map">): Polygon<"upright"> => {
    const placed = applyTo(inverseMatrix(one), polygon);
    return polygonIn("upright", placed.map(roundHalfToEven));
  };
  const detect = (implementation: "db" | "original", mode: "quad" | "polygon"): MapDetections =>
    boxesFromMap(picture.map, picture.size, settings(one, header, implementation, mode));
  const dbQuad = detect("db", "quad");
  const findings = [
    ...outlines(picture, one),
    same("number of contours", one.numContours, dbQuad.contourCount),
    same("rows", one.db_quad.rows, Math.min(dbQuad.contourCount, one.params.max_candidates)),
    same(
      "contours with a box",
      one.db_quad.contourIndex.join(),
      dbQuad.detections.map((d) => d.contour).join(),
    ),
    ...boxes("db quad", one.db_quad, dbQuad, toDb, "quad"),
    ...boxes("original quad", one.seed_quad, detect("original", "quad"), toOriginal, "quad"),
    ...boxes("db polygon", one.db_polygon, detect("db", "polygon"), toDb, "polygon"),
    ...boxes("original polygon", one.seed_polygon, detect("original", "polygon"), toOriginal, "polygon"),
  ];
  const failed = findings.filter(({ worst }) => !(worst <= 1));
  return {
    id,
    passed: failed.length === 0,
    worst: Math.max(0, ...findings.map(({ worst }) => worst)),
    says: failed.map(({ says }) => says).join("; "),
    deviations: findings.flatMap(({ says, worst }) => (worst === 0 ? [] : [{ what: says, share: worst }])),
  };
}

function settings(
  { params }: Run,
  header: HeaderParams,
  implementation: "db" | "original",
  mode: "quad" | "polygon",
): PostprocessSettings {
  return {
    implementation,
    mode,
    threshold: params.thresh,
    boxThreshold: params.box_thresh,
    maxCandidates: params.max_candidates,
    minSizePx: header.min_size,
    unclipRatio: mode === "quad" ? header.unclip_ratio_quad : header.unclip_ratio_polygon,
  };
}

function inverseMatrix({ seed_inverse_matrix: [[a, c, e], [b, d, f]] }: Run): Affine<"map", "upright"> {
  return affine({ a, b, c, d, e, f });
}

/** The first run of a case lists what the contours, their rectangles and their simplified forms must be. */
function outlines({ map, size }: Picture, one: Run): Finding[] {
  if (one.contours === undefined) return [];
  const bitmap = emptyBitmap(size.widthPx, size.heightPx);
  map.forEach((value, i) => {
    const at = (Math.floor(i / size.widthPx) + 1) * (size.widthPx + 2) + (i % size.widthPx) + 1;
    bitmap.cells[at] = value > Math.fround(one.params.thresh) ? 1 : 0;
  });
  const contours = findContours(bitmap).map(({ xy }) => xy);
  const simplified = contours.map((xy) => simplifyClosed(xy, 0.002 * arcLengthPx(xy)));
  return [
    same(
      "contours",
      one.contours.map((c) => c.flat().join()).join(" "),
      contours.map((c) => c.join()).join(" "),
    ),
    same(
      "simplified",
      (one.approx ?? []).map((c) => c.flat().join()).join(" "),
      simplified.map((c) => c.join()).join(" "),
    ),
    ...(one.minAreaRects ?? []).map((expected, i) => {
      const got = smallestRectangle(contours[i] ?? new Int32Array(0));
      return vertices(`rectangle ${i}`, expected.flat(), got?.corners ?? []);
    }),
  ];
}

function same(name: string, expected: string | number, got: string | number): Finding {
  return expected === got
    ? { worst: 0, says: "" }
    : { worst: Number.POSITIVE_INFINITY, says: `${name}: ${got}, expected ${expected}`.slice(0, 300) };
}

/** Each expected box against the detection that overlaps it most. */
function boxes(
  name: string,
  expected: z.infer<typeof found>,
  got: MapDetections,
  place: (polygon: Polygon<"map">) => Polygon<"upright">,
  mode: "quad" | "polygon",
): Finding[] {
  const left = got.detections.map(({ polygon, score }) => ({ polygon: place(polygon), score }));
  const findings = [same(`${name}: count`, expected.boxes.length, left.length)];
  expected.boxes.forEach((box, i) => {
    const wanted = polygonIn("upright", box.flat());
    const best = left.reduce(
      (most, { polygon }, index) => {
        const share = overlapShare(wanted, polygon);
        return share > most.share ? { share, index } : most;
      },
      { share: -1, index: -1 },
    );
    const [match] = best.index < 0 ? [] : left.splice(best.index, 1);
    if (match === undefined) return;
    const score = Math.abs(match.score - (expected.scores[i] ?? Number.NaN));
    findings.push({ worst: score / SCORE_TOLERANCE, says: `${name} ${i}: score off by ${score}` });
    findings.push(
      mode === "quad"
        ? vertices(`${name} ${i}`, wanted, match.polygon)
        : { worst: (1 - best.share) / (1 - LEAST_OVERLAP), says: `${name} ${i}: overlap ${best.share}` },
    );
  });
  return findings;
}

/** Intersection over union; 1 for polygons with the very same corners, whatever their area. */
function overlapShare(a: Polygon<"upright">, b: Polygon<"upright">): number {
  if (a.join() === b.join()) return 1;
  const [regionA, regionB] = [regionOf(a), regionOf(b)];
  const shared = overlapArea(regionA, regionB);
  const either = overlapArea(regionA, regionA) + overlapArea(regionB, regionB) - shared;
  return either > 0 ? shared / either : 0;
}

/** Greatest distance between corners, at the best cyclic shift. */
function vertices(name: string, expected: ArrayLike<number>, got: ArrayLike<number>): Finding {
  const count = expected.length / 2;
  let best = Number.POSITIVE_INFINITY;
  for (let shift = 0; shift < count && got.length === expected.length; shift++) {
    let worst = 0;
    for (let i = 0; i < count; i++) {
      const j = (i + shift) % count;
      const dx = (expected[2 * i] as number) - (got[2 * j] as number);
      const dy = (expected[2 * i + 1] as number) - (got[2 * j + 1] as number);
      worst = Math.max(worst, Math.abs(dx), Math.abs(dy));
    }
    best = Math.min(best, worst);
  }
  return { worst: best / VERTEX_TOLERANCE_PX, says: `${name}: a corner is off by ${best} px` };
}
