// `npm run bench -- --suite parity`: the whole matrix of nets and loss switches on two engines.

import type { EngineId } from "../../src/engine/index.ts";
import { withBenchPage } from "./page.ts";
import { HALF_BOUNDS, isWithinBounds, PARITY_BOUNDS, type ParityResult } from "./parity-run.ts";

/** Prints a line for each case as soon as it is known. */
export async function benchParity(
  engines: readonly [EngineId, EngineId],
  filter: string,
  isHalf: boolean,
): Promise<{ readonly passed: boolean; readonly results: readonly ParityResult[] }> {
  const how = isHalf ? " with activations in 16 bits" : "";
  console.log(`Losses of ${engines[0]}${how} against ${engines[1]}, largest relative difference of any part`);
  const results = (await withBenchPage((carry) =>
    carry({ suite: "parity", engines, filter, isHalf }, (line) => console.log(`  ${line}`)),
  )) as readonly ParityResult[];
  const fine = results.filter((result) => isWithinBounds(result, isHalf)).length;
  const { first5, all } = isHalf ? HALF_BOUNDS : PARITY_BOUNDS;
  console.log(`${fine} of ${results.length} cases within ${first5} over 5 steps and ${all} over all`);
  return { passed: results.length > 0 && fine === results.length, results };
}
