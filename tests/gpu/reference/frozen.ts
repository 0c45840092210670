// The same training twice: once with what the frozen layers give kept, once computed in every step.

import type { TrainBatch } from "../../../src/core/index.ts";
import type { Engine, FrozenCounters } from "../../../src/engine/index.ts";

const PAGES = ["a", "b", "c", "d"];
/** Two epochs in another order each, batches of two. */
const ORDER = [
  [0, 1],
  [2, 3],
  [3, 0],
  [1, 2],
  [2, 0],
  [3, 1],
  [0, 3],
  [1, 2],
];

interface Trained {
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

/** `pageOf`: a batch of one page. */
export async function keptLikeComputed(
  keeping: Engine,
  computing: Engine,
  pageOf: (page: number) => TrainBatch,
): Promise<{
  readonly kept: Trained;
  readonly computed: Trained;
  readonly counters: FrozenCounters | undefined;
}> {
  const pages = PAGES.map((_, page) => pageOf(page));
  keeping.frozenFeatures?.set(true, "unlimited");
  const train = async (engine: Engine): Promise<Trained> => {
    const losses: number[] = [];
    for (const order of ORDER) {
      const batch = joined(order.flatMap((page) => pages[page] ?? []));
      const names = order.flatMap((page) => PAGES[page] ?? []);
      const { total, gradientNorm } = await engine.step(batch, 1e-3, names).loss;
      losses.push(total, gradientNorm);
      // A prediction in between uses the same memory.
      await engine.predict(batch.images);
    }
    const { weights } = await engine.readState();
    return { losses, weights: Object.fromEntries([...weights].map(([name, values]) => [name, [...values]])) };
  };
  const [kept, computed] = [await train(keeping), await train(computing)];
  const counters = keeping.frozenFeatures?.counters();
  for (const engine of [keeping, computing]) engine.dispose();
  return { kept, computed, counters };
}

function joined(pages: readonly TrainBatch[]): TrainBatch {
  const join = (field: "images" | "flags" | "thresholds"): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(pages.flatMap((page) => [...page[field]]));
  return { images: join("images"), flags: join("flags"), thresholds: join("thresholds") };
}
