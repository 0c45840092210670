import { describe, expect, it } from "vitest";
import {
  buildGraph,
  buildPlainDetector,
  countParameters,
  describeGraph,
  GraphBuilder,
  type Graph,
  inferShapes,
  initialWeights,
  MODEL_NAMES,
  type Node,
  validateGraph,
} from "./index.ts";

const replaceNode = (graph: Graph, id: string, change: (node: Node) => Node): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => (node.id === id ? change(node) : node)),
});

describe("models", () => {
  it.each(MODEL_NAMES)("%s fits together at 32, 96 and 640 px and ends at the input's size", (name) => {
    const graph = buildGraph(name);
    for (const sizePx of [32, 96, 640]) {
      expect(() => validateGraph(graph, sizePx)).not.toThrow();
      expect(inferShapes(graph, sizePx).get(graph.outputs.probability)).toEqual({
        channels: 1,
        heightPx: sizePx,
        widthPx: sizePx,
      });
    }
  });

  it("resnet18 has torchvision's trunk, the published neck and heads", () => {
    const described = describeGraph(buildGraph("resnet18"), 640);
    const parameters = Object.fromEntries(
      described.blocks.map(({ block, parameters }) => [block, parameters]),
    );
    expect(parameters).toEqual({
      encoder: 11_176_512,
      neck: 835_584,
      probabilityHead: 164_417,
      thresholdHead: 164_417,
    });
    const giga = Object.fromEntries(
      described.blocks.map(({ block, multiplyAdds }) => [block, multiplyAdds / 1e9]),
    );
    // 14.8 and 5.8 in the table of the reference system; its head counts 4.2 for one branch, 8.4 for both.
    expect(giga.encoder).toBeCloseTo(14.8, 1);
    expect(giga.neck).toBeCloseTo(5.8, 1);
    expect((giga.probabilityHead ?? 0) + (giga.thresholdHead ?? 0)).toBeCloseTo(8.4, 1);
    expect(described.blocks[0]?.outputs.map(({ channels, heightPx }) => [channels, heightPx])).toEqual([
      [64, 160],
      [128, 80],
      [256, 40],
      [512, 20],
    ]);
  });

  it("small and nano are the two benchmark nets", () => {
    const small = buildGraph("small");
    expect(countParameters(small)).toBe(369_298);
    expect(small.parameters.filter(({ trainable }) => trainable)).toHaveLength(51);
    expect(countParameters(buildGraph("nano"))).toBe(92_746);
    expect((4 * describeGraph(small, 160).multiplyAdds) / 1e9).toBeCloseTo(0.33, 2);
    expect(buildPlainDetector({ name: "nano", width: 8, inner: 32 })).toEqual(buildGraph("nano"));
  });

  it("names parameters as state_dicts do", () => {
    const names = buildGraph("resnet18").parameters.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["encoder.layer2.0.downsample.0.weight", "encoder.bn1.running_var"]),
    );
    expect(names).toEqual(expect.arrayContaining(["decoder.out5.0.weight", "decoder.thresh.6.bias"]));
    expect(names.filter((name) => !name.includes("running")).length).toBe(62 - 2 + 8 + 18);
  });

  it("refuses an unknown name, also one of Object's own", () => {
    expect(() => buildGraph("huge")).toThrow(/nano, small, resnet18/);
    expect(() => buildGraph("__proto__")).toThrow(/There is no model/);
  });
});

describe("initialWeights", () => {
  const graph = buildGraph("nano");

  it("repeats for a seed and differs between seeds and parameters", () => {
    expect(initialWeights(graph, 1)).toEqual(initialWeights(graph, 1));
    expect(initialWeights(graph, 1)).not.toEqual(initialWeights(graph, 2));
    const weights = initialWeights(graph, 1);
    expect(weights.get("decoder.binarize.0.weight")).not.toEqual(weights.get("decoder.thresh.0.weight"));
  });

  it("has Kaiming's deviation and the published constants", () => {
    const weights = initialWeights(buildGraph("small"), 5);
    const values = weights.get("encoder.stages.3.1.0.weight") ?? new Float32Array();
    const variance = values.reduce((total, value) => total + value * value, 0) / values.length;
    expect(variance / (2 / (128 * 9))).toBeCloseTo(1, 1);
    const transposed = weights.get("decoder.binarize.3.weight") ?? new Float32Array();
    expect(
      (transposed.reduce((total, value) => total + value * value, 0) / transposed.length) * 8,
    ).toBeCloseTo(1, 0);
    expect(weights.get("encoder.stem.1.weight")?.[0]).toBe(1);
    expect(weights.get("encoder.stem.1.bias")?.[0]).toBe(Math.fround(1e-4));
    expect(weights.get("encoder.stem.1.running_var")?.[0]).toBe(1);
    expect(weights.get("encoder.stem.1.running_mean")?.[0]).toBe(0);
  });
});

describe("validateGraph", () => {
  const graph = buildGraph("nano");

  it("refuses sides that are no multiple of the stride and proposes one", () => {
    expect(() => validateGraph(graph, 100)).toThrow(/multiples of 32 px; 100 px is not/);
    expect(() => validateGraph(graph, 0)).toThrow(/0 px is not/);
    expect(() => validateGraph(graph, Number.NaN)).toThrow(/NaN px is not/);
  });

  it("names the node that hangs in the air, or does not fit", () => {
    const dangling = replaceNode(graph, "decoder.in4", (node) => ({ ...node, input: "nowhere" }) as Node);
    expect(() => validateGraph(dangling)).toThrow(/"decoder.in4".*"nowhere" does not stand before it/);
    const narrow = replaceNode(graph, "decoder.in4", (node) => ({ ...node, inChannels: 7 }) as Node);
    expect(() => validateGraph(narrow)).toThrow(/expects 7 channels and gets 32/);
    const apart = replaceNode(
      graph,
      "decoder.add4",
      (node) => ({ ...node, inputs: ["decoder.in5", "decoder.in4"] }) as Node,
    );
    expect(() => validateGraph(apart)).toThrow(/sizes 1×1 and 2×2 differ/);
  });

  it("names the parameter that is missing, doubled, unused or of the wrong shape", () => {
    const [first, ...rest] = graph.parameters;
    if (first === undefined) throw new Error("nano has parameters");
    expect(() => validateGraph({ ...graph, parameters: rest })).toThrow(
      /"encoder.stem.0.weight" is not declared/,
    );
    expect(() => validateGraph({ ...graph, parameters: [first, first, ...rest] })).toThrow(/declared twice/);
    const unused = { ...first, name: "left.over" };
    expect(() => validateGraph({ ...graph, parameters: [unused, ...graph.parameters] })).toThrow(
      /uses parameter "left.over"/,
    );
    const bent = { ...first, shape: [8, 3, 1, 1] };
    expect(() => validateGraph({ ...graph, parameters: [bent, ...rest] })).toThrow(
      /not weight \[8, 3, 3, 3\]/,
    );
  });

  it("refuses outputs of another size", () => {
    const half = { ...graph, outputs: { ...graph.outputs, threshold: "decoder.fuse" } };
    expect(() => validateGraph(half)).toThrow(/"decoder.fuse" is not one channel/);
  });
});

it("a builder writes squeeze-excite as nodes", () => {
  const builder = new GraphBuilder();
  const image = builder.input(4);
  const squeeze = builder.conv(builder.globalAveragePool(image), "se", {
    channels: 4,
    kernel: 1,
    bias: true,
  });
  const scaled = builder.scaleChannels(image, builder.activation(squeeze, "hardSigmoid"), "scaled");
  const one = builder.conv(scaled, "one", { channels: 1, kernel: 3 });
  const graph = builder.build("se", 1, { probability: one, threshold: one });
  expect(() => validateGraph(graph, 5)).not.toThrow();
  expect(inferShapes(graph, { heightPx: 3, widthPx: 7 }).get("scaled")).toEqual({
    channels: 4,
    heightPx: 3,
    widthPx: 7,
  });
});
