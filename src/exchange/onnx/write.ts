// A network and its weights → an ONNX file for onnxruntime anywhere: operator set 17, free batch and sizes, batch norm left
// unfolded (runtimes fold it), the probability head alone with its sigmoid. Names are the graph's, so reading it gives the same.

import { PlaygroundError } from "../../core/index.ts";
import {
  type Graph,
  type Node,
  parametersOf,
  type Preprocessing,
  type Weights,
  withoutThresholdHead,
} from "../../graph/index.ts";
import { NOTE_KEYS } from "./notes.ts";
import { WireWriter } from "./wire.ts";

/** HardSwish came with 14; 17 is what current runtimes and tools all read. */
const OPSET = 17;
const IR_VERSION = 8;
const FLOAT = 1;
const OUTPUT = "probability";
/** AttributeProto.AttributeType. */
const TYPE = { float: 1, integer: 2, text: 3, integers: 7 } as const;

interface OnnxNotes {
  readonly preprocessing: Preprocessing;
  /** How the map is read: thresholds and the rest of post-processing. */
  readonly decode: Readonly<Record<string, unknown>>;
  /** Run id, configuration hash, scores, data id, licence of what it began from … */
  readonly provenance: Readonly<Record<string, unknown>>;
}

type Attribute = readonly [
  string,
  { float: number } | { integer: number } | { text: string } | { integers: readonly number[] },
];

/** Throws PlaygroundError "internal" where a weight is missing or of another size. */
export function writeOnnx(given: Graph, givenWeights: Weights, notes: OnnxNotes): Uint8Array<ArrayBuffer> {
  const { graph, weights } = withoutThresholdHead(given, givenWeights);
  const [input, ...nodes] = graph.nodes;
  if (input?.kind !== "input") throw missing(graph.name, "input");
  const model = new WireWriter();
  model.integer(1, IR_VERSION).text(2, "ocr-training-playground").text(3, "1");
  model.message(7, (writer) => {
    for (const node of nodes) writeNode(writer, node);
    writeOperator(
      writer,
      "Sigmoid",
      "probability",
      [graph.outputs.probability],
      OUTPUT,
      [],
      "block: probabilityHead",
    );
    writer.text(2, graph.name);
    for (const { name, shape } of nodes.flatMap(parametersOf)) {
      const values = weights.get(name);
      const count = shape.reduce((product, side) => product * side, 1);
      if (values?.length !== count) throw missing(graph.name, name);
      writeTensor(writer, name, shape, values);
    }
    for (const factor of factorsOf(nodes))
      writeTensor(writer, scalesName(factor), [4], Float32Array.of(1, 1, factor, factor));
    writeValue(writer, 11, input.id, ["N", input.channels, "H", "W"]);
    writeValue(writer, 12, OUTPUT, ["N", 1, "H", "W"]);
  });
  model.message(8, (writer) => writer.text(1, "").integer(2, OPSET));
  const pairs: [string, string][] = [
    [NOTE_KEYS.name, graph.name],
    [NOTE_KEYS.sizeMultiple, String(graph.sizeMultiplePx)],
    [NOTE_KEYS.preprocessing, JSON.stringify(notes.preprocessing)],
    [NOTE_KEYS.decode, JSON.stringify(notes.decode)],
    [NOTE_KEYS.provenance, JSON.stringify(notes.provenance)],
  ];
  for (const [key, value] of pairs) model.message(14, (writer) => writer.text(1, key).text(2, value));
  return model.finish();
}

function writeNode(writer: WireWriter, node: Exclude<Node, { kind: "input" }> | Node): void {
  const write = (op: string, inputs: readonly string[], attributes: readonly Attribute[] = []): void =>
    writeOperator(writer, op, node.id, inputs, node.id, attributes, `block: ${node.block}`);
  const square = (side: number): number[] => [side, side];
  switch (node.kind) {
    case "input":
      return;
    case "conv": {
      const { kernel, stride, padding, groups } = node;
      const attributes: Attribute[] = [
        ["dilations", { integers: [1, 1] }],
        ["group", { integer: groups }],
        ["kernel_shape", { integers: square(kernel) }],
        ["pads", { integers: [padding, padding, padding, padding] }],
        ["strides", { integers: square(stride) }],
      ];
      write("Conv", withBias(node.input, node), attributes);
      return;
    }
    case "convTranspose":
      write("ConvTranspose", withBias(node.input, node), [
        ["dilations", { integers: [1, 1] }],
        ["group", { integer: 1 }],
        ["kernel_shape", { integers: [2, 2] }],
        ["pads", { integers: [0, 0, 0, 0] }],
        ["strides", { integers: [2, 2] }],
      ]);
      return;
    case "batchNorm": {
      const { gamma, beta, runningMean, runningVariance, epsilon, momentum } = node;
      // ONNX counts the share that is kept.
      write(
        "BatchNormalization",
        [node.input, gamma, beta, runningMean, runningVariance],
        [
          ["epsilon", { float: epsilon }],
          ["momentum", { float: 1 - momentum }],
        ],
      );
      return;
    }
    case "activation":
      writeActivation(node, write);
      return;
    case "maxPool": {
      const { kernel, stride, padding } = node;
      write(
        "MaxPool",
        [node.input],
        [
          ["kernel_shape", { integers: square(kernel) }],
          ["pads", { integers: [padding, padding, padding, padding] }],
          ["strides", { integers: square(stride) }],
        ],
      );
      return;
    }
    case "globalAveragePool":
      write("GlobalAveragePool", [node.input]);
      return;
    case "upsample":
      write(
        "Resize",
        [node.input, "", scalesName(node.factor)],
        [
          ["coordinate_transformation_mode", { text: "asymmetric" }],
          ["mode", { text: "nearest" }],
          ["nearest_mode", { text: "floor" }],
        ],
      );
      return;
    case "add":
      write("Add", node.inputs);
      return;
    case "scaleChannels":
      write("Mul", [node.input, node.scale]);
      return;
    case "concat":
      write("Concat", node.inputs, [["axis", { integer: 1 }]]);
      return;
    default:
      node satisfies never;
  }
}

function writeActivation(
  node: Extract<Node, { kind: "activation" }>,
  write: (op: string, inputs: readonly string[], attributes?: readonly Attribute[]) => void,
): void {
  switch (node.activation) {
    case "relu":
      write("Relu", [node.input]);
      return;
    case "sigmoid":
      write("Sigmoid", [node.input]);
      return;
    case "hardSwish":
      write("HardSwish", [node.input]);
      return;
    case "hardSigmoid":
      write(
        "HardSigmoid",
        [node.input],
        [
          ["alpha", { float: node.slope ?? 1 / 6 }],
          ["beta", { float: 0.5 }],
        ],
      );
      return;
    default:
      node.activation satisfies never;
  }
}

function withBias(input: string, node: { readonly weight: string; readonly bias?: string }): string[] {
  return node.bias === undefined ? [input, node.weight] : [input, node.weight, node.bias];
}

function writeOperator(
  graph: WireWriter,
  op: string,
  name: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Attribute[],
  note: string,
): void {
  graph.message(1, (writer) => {
    for (const input of inputs) writer.text(1, input);
    writer.text(2, output).text(3, name).text(4, op);
    for (const [key, value] of attributes) {
      writer.message(5, (attribute) => {
        attribute.text(1, key);
        if ("float" in value) attribute.float(2, value.float).integer(20, TYPE.float);
        else if ("integer" in value) attribute.integer(3, value.integer).integer(20, TYPE.integer);
        else if ("text" in value) attribute.text(4, value.text).integer(20, TYPE.text);
        else attribute.integers(8, value.integers).integer(20, TYPE.integers);
      });
    }
    writer.text(6, note);
  });
}

function writeTensor(graph: WireWriter, name: string, shape: readonly number[], values: Float32Array): void {
  // Little-endian on every machine with WebGPU or WASM.
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  graph.message(5, (writer) => writer.integers(1, shape).integer(2, FLOAT).text(8, name).bytes(9, raw));
}

function writeValue(
  graph: WireWriter,
  field: number,
  name: string,
  dims: readonly (number | string)[],
): void {
  graph.message(field, (value) => {
    value.text(1, name);
    value.message(2, (type) =>
      type.message(1, (tensor) => {
        tensor.integer(1, FLOAT);
        tensor.message(2, (shape) => {
          for (const dim of dims) {
            shape.message(1, (side) => (typeof dim === "number" ? side.integer(1, dim) : side.text(2, dim)));
          }
        });
      }),
    );
  });
}

function factorsOf(nodes: readonly Node[]): number[] {
  const factors = nodes.flatMap((node) => (node.kind === "upsample" ? [node.factor] : []));
  return [...new Set(factors)].sort((a, b) => a - b);
}

function scalesName(factor: number): string {
  return `scales.${factor}`;
}

function missing(graph: string, name: string): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `The network "${graph}" cannot be written: "${name}" is missing or of another size.`,
    what: name,
    doing: "writing an ONNX file",
  });
}
