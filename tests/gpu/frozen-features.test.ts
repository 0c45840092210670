// The compiled engine with what its frozen layers give kept on the device: the same training to the last bit, also where every
// kernel is timed.

import { expect, it } from "vitest";
import { buildWebGpuEngine, requestGpu } from "../../src/engine/webgpu/index.ts";
import { parametersOf } from "../../src/graph/index.ts";
import { createRecorder } from "../../src/trace/index.ts";
import { engineSettings, everythingGraph, livelyWeights, randomBatch } from "./reference/fixtures.ts";
import { keptLikeComputed } from "./reference/frozen.ts";

it.each(["phases", "every kernel"])("kept or computed is the same training; timed: %s", async (depth) => {
  const graph = everythingGraph();
  const encoder = graph.nodes.filter((node) => node.block === "encoder" && parametersOf(node).length > 0);
  const { tracer, setDepth } = createRecorder();
  setDepth(depth === "phases" ? 1 : 2);
  const settings = engineSettings(graph, {
    ...{ batchSize: 2, sizePx: 24, initialWeights: livelyWeights(graph, 3), tracer },
    frozen: new Set(encoder.map(({ id }) => id)),
  });
  const build = async () => buildWebGpuEngine(settings, () => undefined, await requestGpu());
  const { kept, computed, counters } = await keptLikeComputed(await build(), await build(), (page) =>
    randomBatch(1, 24, page),
  );
  expect(kept).toEqual(computed);
  expect(counters).toMatchObject({ lookups: 16, hits: 12, entries: 4 });
});
