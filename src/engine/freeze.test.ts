import { describe, expect, it } from "vitest";
import { buildGraph, parametersOf } from "../graph/index.ts";
import { freeze } from "./freeze.ts";

const graph = buildGraph("nano");
const norms = graph.nodes.filter((node) => node.kind === "batchNorm");
const trainable = (frozen: ReadonlySet<string>) =>
  freeze(graph, { frozen }).graph.parameters.filter((parameter) => parameter.trainable);

describe("freeze", () => {
  it("leaves the graph as it is where nothing is asked for", () => {
    const { graph: same, runningNorms } = freeze(graph, {});
    expect(same.parameters).toEqual(graph.parameters);
    expect(runningNorms.size).toBe(0);
  });

  it("takes names of parameters, and of nodes for all of theirs", () => {
    const conv = graph.nodes.find(({ kind }) => kind === "conv");
    if (conv === undefined) throw new Error("nano has convolutions");
    const names = parametersOf(conv).map(({ name }) => name);
    expect(trainable(new Set([conv.id]))).toEqual(trainable(new Set(names)));
    expect(trainable(new Set(names))).toHaveLength(trainable(new Set()).length - names.length);
  });

  it("lets a batch norm keep its running statistics when both its parameters are frozen, or all do", () => {
    const [first] = norms;
    if (first === undefined) throw new Error("nano has batch norms");
    expect(freeze(graph, { frozen: new Set([first.gamma]) }).runningNorms.size).toBe(0);
    expect([...freeze(graph, { frozen: new Set([first.gamma, first.beta]) }).runningNorms]).toEqual([
      first.id,
    ]);
    expect(freeze(graph, { batchNorm: "running" }).runningNorms.size).toBe(norms.length);
  });

  it("refuses names that the graph does not have, and to freeze everything", () => {
    expect(() => freeze(graph, { frozen: new Set(["backbone"]) })).toThrow('"backbone" cannot be frozen');
    const all = new Set(graph.parameters.map(({ name }) => name));
    expect(() => freeze(graph, { frozen: all })).toThrow("nothing to train");
  });
});
