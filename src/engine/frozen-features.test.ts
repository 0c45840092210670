import { describe, expect, it } from "vitest";
import { wasmInNode } from "../../cli/wasm-in-node.ts";
import {
  engineSettings,
  everythingGraph,
  livelyWeights,
  randomBatch,
} from "../../tests/gpu/reference/fixtures.ts";
import { keptLikeComputed } from "../../tests/gpu/reference/frozen.ts";
import { buildPlainDetector, type Graph, parametersOf } from "../graph/index.ts";
import { FrozenKeeper } from "./frozen-features.ts";
import { buildWasmEngine } from "./wasm/engine.ts";

describe("what is kept of frozen layers", () => {
  it("is a batch's pages together or nothing; hits and misses are all look-ups", () => {
    const keeper = new FrozenKeeper<string>(100);
    expect(keeper.find(["a"])).toBeNull();
    expect(keeper.counters().lookups).toBe(0);
    keeper.set(true, 250);
    expect(keeper.find(["a", "b"])).toBeNull();
    keeper.keep(["a", "b"], String);
    expect(keeper.find(["b", "a"])).toEqual(["1", "0"]);
    expect(keeper.find(["a", "c"])).toBeNull();
    // No room for a third page of 100 bytes.
    keeper.keep(["a", "c"], String);
    expect(keeper.find(["c"])).toBeNull();
    const { lookups, hits, misses, entries, bytes } = keeper.counters();
    expect({ hits, misses, entries, bytes }).toEqual({
      hits: 2,
      misses: { unknown: 3, noRoom: 1, withOthers: 1 },
      entries: 2,
      bytes: 200,
    });
    expect(lookups).toBe(7);
  });

  it("is given back when the switch goes off or the budget shrinks below it", () => {
    const freed: string[] = [];
    const keeper = new FrozenKeeper<string>(100, (kept) => freed.push(kept));
    for (const budget of [50, "off"] as const) {
      keeper.set(true, "unlimited");
      keeper.keep(["a"], () => `kept before ${budget}`);
      if (budget === "off") keeper.set(false, "unlimited");
      else keeper.set(true, budget);
      expect(keeper.counters().entries).toBe(0);
    }
    expect(freed).toEqual(["kept before 50", "kept before off"]);
    expect(keeper.find(["a"])).toBeNull();
  });
});

const inBlocks = (graph: Graph, ...blocks: readonly string[]): ReadonlySet<string> =>
  new Set(
    graph.nodes
      .filter((node) => blocks.includes(node.block) && parametersOf(node).length > 0)
      .map(({ id }) => id),
  );

describe("a step with kept features", () => {
  const tiny = buildPlainDetector({ name: "tiny", width: 4, inner: 8 });
  const every = everythingGraph();
  it.each<[string, Graph, ReadonlySet<string>]>([
    ["a frozen encoder", tiny, inBlocks(tiny, "encoder")],
    ["frozen encoder and neck", tiny, inBlocks(tiny, "encoder", "neck")],
    ["every kind of node, frozen encoder", every, inBlocks(every, "encoder")],
    ["every kind of node, frozen encoder and neck", every, inBlocks(every, "encoder", "neck")],
    ["every kind of node, a frozen stem", every, new Set(["stem", "bn0"])],
  ])("has the same losses and weights to the last bit: %s", async (_, graph, frozen) => {
    const settings = engineSettings(graph, {
      ...{ batchSize: 2, sizePx: 32, initialWeights: livelyWeights(graph, 3), frozen },
    });
    const build = () => buildWasmEngine(settings, () => undefined, wasmInNode(1));
    const { kept, computed, counters } = await keptLikeComputed(await build(), await build(), (page) =>
      randomBatch(1, 32, page),
    );
    expect(kept).toEqual(computed);
    expect(counters).toMatchObject({ lookups: 16, hits: 12, entries: 4 });
  });

  it("is not offered where everything learns, and forgets when weights are written", async () => {
    const all = engineSettings(tiny, { batchSize: 1, sizePx: 32 });
    const engine = await buildWasmEngine(all, () => undefined, wasmInNode(1));
    expect(engine.frozenFeatures).toBeNull();
    engine.dispose();
    const some = await buildWasmEngine(
      { ...all, frozen: inBlocks(tiny, "encoder") },
      () => undefined,
      wasmInNode(1),
    );
    some.frozenFeatures?.set(true, "unlimited");
    await some.step(randomBatch(1, 32, 1), 1e-3, ["a"]).loss;
    expect(some.frozenFeatures?.counters().entries).toBe(1);
    await some.writeState(await some.readState());
    expect(some.frozenFeatures?.counters().entries).toBe(0);
    some.dispose();
  });
});
