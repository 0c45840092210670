// ONNX file → description, and → a network that can be trained further. What cannot be trained is refused by the operator's
// name with the reason; onnxruntime may still run such a file. Nothing of the file's claims is believed before it is checked.

import { err, ok, PlaygroundError, type Result } from "../../core/index.ts";
import { type Graph, PADDLE_PREPROCESSING, type Preprocessing, type Weights } from "../../graph/index.ts";
import { ConstantError, Constants } from "./constants.ts";
import { Draft } from "./draft.ts";
import { importGraph } from "./import-graph.ts";
import { type OnnxModel, readModel } from "./messages.ts";
import { preprocessingFrom } from "./notes.ts";
import { Refusal } from "./refusal.ts";
import { WireError, WireReader } from "./wire.ts";

/** The greatest detectors that people bring have about 120 MB. */
export const MOST_FILE_BYTES = 512 * 2 ** 20;

export interface OnnxDescription {
  readonly producer: string;
  readonly irVersion: number;
  readonly opset: number;
  readonly domains: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly dims: readonly (number | string)[] }[];
  readonly outputs: readonly { readonly name: string; readonly dims: readonly (number | string)[] }[];
  /** How often each operator occurs, constants left out; most frequent first. */
  readonly operators: readonly { readonly op: string; readonly count: number }[];
  readonly operatorCount: number;
  /** 32-bit floats in constants of more than one value. */
  readonly parameters: number;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Why a file cannot be trained; onnxruntime may still run it. */
export interface NotTrainable {
  /** Operator type, e.g. "LSTM", or "" where no single operator is to blame. */
  readonly operator: string;
  /** Its name in the file. */
  readonly node: string;
  /** "the dilation is 2; only 1 can be trained". */
  readonly reason: string;
  /** One sentence of all that. */
  readonly sentence: string;
}

export interface ImportedDetector {
  /** Both outputs are the probability logits: an exported detector has one head. `withThresholdHead` adds the other. */
  readonly graph: Graph;
  /** For pages in the order red, green, blue. */
  readonly weights: Weights;
  /** In the order red, green, blue. */
  readonly preprocessing: Preprocessing;
}

interface OnnxFile {
  readonly description: OnnxDescription;
  /** How the file itself wants its pages. */
  readonly preprocessing: Preprocessing;
  readonly detector: Result<ImportedDetector, NotTrainable>;
}

export interface ReadOptions {
  /** For messages, e.g. "my-model.onnx". */
  readonly name: string;
  /** Wins over what the file's notes say; PaddleOCR's is taken where neither says anything. */
  readonly preprocessing?: Preprocessing;
}

/** Throws PlaygroundError "bad-file" where the file is no well-formed ONNX model. */
export function readOnnx(bytes: Uint8Array, { name, preprocessing }: ReadOptions): OnnxFile {
  const model = parse(bytes, name);
  const prepare = preprocessing ?? preprocessingFrom(model.metadata) ?? PADDLE_PREPROCESSING;
  return {
    description: describe(model),
    preprocessing: prepare,
    detector: importDetector(model, name, prepare),
  };
}

function parse(bytes: Uint8Array, name: string): OnnxModel {
  const refuse = (why: string): PlaygroundError =>
    new PlaygroundError({
      code: "bad-file",
      message: `${name} is no ONNX model that can be read: ${why}.`,
      what: name,
      doing: "reading a model",
      kept: "The model in use stays.",
      next: "Export the model again, or check that the file arrived whole.",
    });
  if (bytes.length === 0) throw refuse("it is empty");
  if (bytes.length > MOST_FILE_BYTES)
    throw refuse(`it has ${bytes.length} bytes; ${MOST_FILE_BYTES} are the most`);
  try {
    return readModel(new WireReader(bytes));
  } catch (thrown) {
    if (thrown instanceof WireError) throw refuse(thrown.message);
    throw thrown;
  }
}

function describe(model: OnnxModel): OnnxDescription {
  const counts = new Map<string, number>();
  let parameters = 0;
  const add = (dims: readonly number[], type: number): void => {
    const count = dims.reduce((product, side) => product * side, 1);
    if (type === 1 && count > 1) parameters += count;
  };
  for (const { op, attributes } of model.nodes) {
    const tensor = attributes.get("value")?.tensor;
    if (op === "Constant") tensor && add(tensor.dims, tensor.type);
    else counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  for (const { dims, type } of model.initializers.values()) add(dims, type);
  const operators = [...counts].map(([op, count]) => ({ op, count })).sort((a, b) => b.count - a.count);
  return {
    producer: model.producer,
    irVersion: model.irVersion,
    opset: model.opset,
    domains: model.domains,
    inputs: model.inputs
      .filter(({ name }) => !model.initializers.has(name))
      .map(({ name, dims }) => ({ name, dims })),
    outputs: model.outputs.map(({ name, dims }) => ({ name, dims })),
    operators,
    operatorCount: operators.reduce((sum, { count }) => sum + count, 0),
    parameters,
    metadata: model.metadata,
  };
}

function importDetector(
  model: OnnxModel,
  name: string,
  preprocessing: Preprocessing,
): Result<ImportedDetector, NotTrainable> {
  try {
    return ok(importGraph(new Draft(model, new Constants(model), preprocessing), name));
  } catch (thrown) {
    if (thrown instanceof Refusal) return err(thrown.data);
    const isKnown = thrown instanceof ConstantError || thrown instanceof PlaygroundError;
    if (!isKnown) throw thrown;
    const reason = thrown.message.replace(/\.$/, "");
    return err({ operator: "", node: "", reason, sentence: `It cannot be trained: ${reason}.` });
  }
}
