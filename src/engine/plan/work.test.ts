import { describe, expect, it } from "vitest";
import { buildGraph, describeGraph } from "../../graph/index.ts";
import { planTraining } from "./plan.ts";
import { workOf } from "./work.ts";

describe("work of a plan", () => {
  const graph = buildGraph("nano");
  const plan = planTraining(graph, { sizePx: 64, batchSize: 2 });
  const work = workOf(plan);
  const sum = (kinds: readonly string[]): number =>
    work.reduce((total, { flops }, i) => total + (kinds.includes(plan.ops[i]?.kind ?? "") ? flops : 0), 0);

  it("counts the multiply-adds that the graph counts, twice each, for both pages", () => {
    const { multiplyAdds } = describeGraph(graph, 64);
    expect(sum(["conv", "convTranspose"])).toBe(2 * 2 * multiplyAdds);
  });

  it("spends as much on weight gradients as on the forward convolutions", () => {
    expect(sum(["convWeightGradient", "convTransposeWeightGradient"])).toBe(sum(["conv", "convTranspose"]));
  });

  it("names a layer of the graph for every operation but the image", () => {
    const layers = new Set(graph.parameters.map(({ name }) => name.split(".").slice(0, -1).join(".")));
    for (const [i, { layer, bytes }] of work.entries()) {
      if (plan.ops[i]?.kind === "importImage") continue;
      expect(layers).toContain(layer);
      expect(bytes).toBeGreaterThan(0);
    }
  });
});
