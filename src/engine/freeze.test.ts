import { describe, expect, it } from "vitest";
import { wasmInNode } from "../../cli/wasm-in-node.ts";
import { engineSettings, livelyWeights, randomBatch } from "../../tests/gpu/reference/fixtures.ts";
import { buildGraph, buildPlainDetector, parametersOf } from "../graph/index.ts";
import type { Engine, EngineSettings } from "./engine.ts";
import { freeze } from "./freeze.ts";
import { buildTfjsEngine } from "./tfjs/engine.ts";
import { buildWasmEngine } from "./wasm/engine.ts";

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

describe("engines", () => {
  const tiny = buildPlainDetector({ name: "tiny", width: 4, inner: 8 });
  const start = livelyWeights(tiny, 3);
  const encoder = tiny.parameters.filter(({ block }) => block === "encoder").map(({ name }) => name);
  const train = async (engine: Engine, settings: EngineSettings) => {
    const losses: number[] = [];
    for (let step = 0; step < 3; step++)
      losses.push((await engine.step(randomBatch(2, settings.sizePx, step), 1e-2).loss).total);
    const { weights, optimizer } = await engine.readState();
    const { probability } = await engine.predict(randomBatch(2, settings.sizePx, 9).images);
    engine.dispose();
    return { losses, weights, optimizer, probability };
  };

  it.each<[string, Partial<EngineSettings>, readonly string[]]>([
    ["a frozen encoder", { frozen: new Set(encoder) }, encoder],
    [
      "running statistics everywhere",
      { batchNorm: "running" },
      tiny.parameters.filter(({ role }) => role.startsWith("running")).map(({ name }) => name),
    ],
  ])("agree on %s, and leave it bit by bit", async (_, freezing, kept) => {
    const optimizer = { kind: "sgd", momentum: 0.9, weightDecay: 1e-3 } as const;
    const settings = engineSettings(tiny, {
      ...{ batchSize: 2, sizePx: 32, optimizer, initialWeights: start },
      ...freezing,
    });
    const plain = await train(await buildTfjsEngine("cpu", settings, () => undefined), settings);
    const compiled = await train(await buildWasmEngine(settings, () => undefined, wasmInNode(1)), settings);
    for (const [step, loss] of plain.losses.entries())
      expect(Math.abs((compiled.losses[step] ?? Number.NaN) / loss - 1)).toBeLessThan(1e-4);
    const differences = plain.probability.map((value, i) => Math.abs(value - (compiled.probability[i] ?? 1)));
    expect(Math.max(...differences)).toBeLessThan(1e-3);
    for (const { weights, optimizer: moments } of [plain, compiled]) {
      for (const name of kept) expect(weights.get(name)).toEqual(start.get(name));
      for (const { name } of tiny.parameters.filter(({ trainable }) => trainable))
        expect(moments.has(name)).toBe(!kept.includes(name));
      expect(weights.get("decoder.in5.weight")).not.toEqual(start.get("decoder.in5.weight"));
    }
  });
});
