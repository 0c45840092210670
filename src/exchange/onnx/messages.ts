// The part of onnx.proto that a detector uses, as plain data. Counts are limited, subgraphs are not entered, and weights stay
// views into the file until somebody asks for their numbers. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import { WireError, type WireReader } from "./wire.ts";

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly opset: number;
  /** Other operator sets that the file names. */
  readonly domains: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly note: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

interface OnnxAttribute {
  readonly float?: number;
  readonly integer?: number;
  readonly text?: string;
  readonly tensor?: OnnxTensor;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
  readonly isSubgraph: boolean;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** 1 float, 7 int64, … as TensorProto.DataType. */
  readonly type: number;
  readonly raw: Uint8Array | undefined;
  /** Little-endian floats, when they were written as a packed run. */
  readonly floatRun: Uint8Array | undefined;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
  readonly isElsewhere: boolean;
}

interface OnnxValue {
  readonly name: string;
  /** Sizes, or the names of free ones; empty where the file does not say. */
  readonly dims: readonly (number | string)[];
  readonly type: number;
}

const MOST_NODES = 20_000;
const MOST_TENSORS = 50_000;
const MOST_NAMES = 1024;
const MOST_DIMS = 16;
const MOST_NUMBERS = 4096;
const MOST_SINGLE_FLOATS = 1_000_000;

/** Throws WireError where the file is not a well-formed ONNX model of a size that a detector can have. */
export function readModel(reader: WireReader): OnnxModel {
  let [irVersion, opset] = [0, 0];
  let producer = "";
  const domains: string[] = [];
  const metadata = new Map<string, string>();
  let graph: ReturnType<typeof readGraph> | undefined;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) irVersion = reader.integer();
    else if (field === 2) producer = reader.text();
    else if (field === 7) {
      if (graph !== undefined) throw new WireError("it has two graphs");
      graph = readGraph(reader.message());
    } else if (field === 8) {
      const set = readOpset(reader.message());
      if (set.domain === "" || set.domain === "ai.onnx") opset = set.version;
      else domains.push(set.domain);
      limit(domains.length, MOST_NAMES, "operator sets");
    } else if (field === 14) {
      const [key, value] = readPair(reader.message());
      metadata.set(key, value);
      limit(metadata.size, MOST_NAMES, "notes");
    } else reader.skip();
  }
  if (graph === undefined) throw new WireError("it holds no graph");
  return { irVersion, producer, opset, domains, metadata, ...graph };
}

function readGraph(reader: WireReader): Pick<OnnxModel, "nodes" | "initializers" | "inputs" | "outputs"> {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      nodes.push(readNode(reader.message()));
      limit(nodes.length, MOST_NODES, "operators");
    } else if (field === 5) {
      const tensor = readTensor(reader.message());
      initializers.set(tensor.name, tensor);
      limit(initializers.size, MOST_TENSORS, "weights");
    } else if (field === 11) inputs.push(readValue(reader.message()));
    else if (field === 12) outputs.push(readValue(reader.message()));
    else reader.skip();
    limit(inputs.length, MOST_TENSORS, "inputs");
    limit(outputs.length, MOST_NAMES, "outputs");
  }
  return { nodes, initializers, inputs, outputs };
}

function readNode(reader: WireReader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let [name, op, note, domain] = ["", "", "", ""];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) inputs.push(reader.text());
    else if (field === 2) outputs.push(reader.text());
    else if (field === 3) name = reader.text();
    else if (field === 4) op = reader.text();
    else if (field === 5) {
      const [key, attribute] = readAttribute(reader.message());
      attributes.set(key, attribute);
    } else if (field === 6) note = reader.text(65_536);
    else if (field === 7) domain = reader.text();
    else reader.skip();
    limit(Math.max(inputs.length, outputs.length, attributes.size), MOST_NAMES, "parts of one operator");
  }
  return { op, domain, name, note, inputs, outputs, attributes };
}

function readAttribute(reader: WireReader): [string, OnnxAttribute] {
  let name = "";
  let isSubgraph = false;
  const found: { float?: number; integer?: number; text?: string; tensor?: OnnxTensor } = {};
  const floats: number[] = [];
  const integers: number[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) name = reader.text();
    else if (field === 2) found.float = reader.float();
    else if (field === 3) found.integer = reader.integer();
    else if (field === 4) found.text = reader.text(65_536);
    else if (field === 5) found.tensor = readTensor(reader.message());
    else if (field === 7) reader.floats(floats, MOST_NUMBERS);
    else if (field === 8) reader.integers(integers, MOST_NUMBERS);
    else {
      isSubgraph ||= field === 6 || field === 11;
      reader.skip();
    }
  }
  return [name, { ...found, floats, integers, isSubgraph }];
}

function readTensor(reader: WireReader): OnnxTensor {
  const dims: number[] = [];
  const floats: number[] = [];
  const integers: number[] = [];
  let type = 0;
  let name = "";
  let raw: Uint8Array | undefined;
  let floatRun: Uint8Array | undefined;
  let isElsewhere = false;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) reader.integers(dims, MOST_DIMS);
    else if (field === 2) type = reader.integer();
    else if (field === 4 && reader.isStretch() && floatRun === undefined) floatRun = reader.bytes();
    else if (field === 4) reader.floats(floats, MOST_SINGLE_FLOATS);
    else if (field === 7) reader.integers(integers, MOST_NUMBERS);
    else if (field === 8) name = reader.text();
    else if (field === 9) raw = reader.bytes();
    else if (field === 14) isElsewhere = reader.integer() === 1;
    else reader.skip();
  }
  return { name, dims, type, raw, floatRun, floats, integers, isElsewhere };
}

function readValue(reader: WireReader): OnnxValue {
  let name = "";
  let type = 0;
  let dims: (number | string)[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) name = reader.text();
    else if (field === 2) {
      // TypeProto → tensor_type; anything else (sequences, maps) leaves the type unknown.
      const typed = reader.message();
      for (let inner = typed.next(); inner !== 0; inner = typed.next()) {
        if (inner === 1) [type, dims] = readTensorType(typed.message());
        else typed.skip();
      }
    } else reader.skip();
  }
  return { name, dims, type };
}

function readTensorType(reader: WireReader): [number, (number | string)[]] {
  let type = 0;
  const dims: (number | string)[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) type = reader.integer();
    else if (field === 2) {
      const shape = reader.message();
      for (let inner = shape.next(); inner !== 0; inner = shape.next()) {
        if (inner === 1) dims.push(readDimension(shape.message()));
        else shape.skip();
        limit(dims.length, MOST_DIMS, "dimensions");
      }
    } else reader.skip();
  }
  return [type, dims];
}

function readDimension(reader: WireReader): number | string {
  let dimension: number | string = "?";
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) dimension = reader.integer();
    else if (field === 2) dimension = reader.text();
    else reader.skip();
  }
  return dimension;
}

function readOpset(reader: WireReader): { domain: string; version: number } {
  let domain = "";
  let version = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) domain = reader.text();
    else if (field === 2) version = reader.integer();
    else reader.skip();
  }
  return { domain, version };
}

function readPair(reader: WireReader): [string, string] {
  let [key, value] = ["", ""];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) key = reader.text();
    else if (field === 2) value = reader.text(1_048_576);
    else reader.skip();
  }
  return [key, value];
}

function limit(count: number, most: number, what: string): void {
  if (count > most) throw new WireError(`it has more than ${most} ${what}`);
}
