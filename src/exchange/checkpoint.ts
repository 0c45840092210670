// A trained network in one file that the command line and PyTorch both read: safetensors with PyTorch's names and layouts, and in
// its metadata the graph, how pages are prepared, and where it comes from.

import { PlaygroundError } from "../core/index.ts";
import { type Graph, type Preprocessing, validateGraph, type Weights } from "../graph/index.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

export interface TrainedModel {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  readonly decode: Readonly<Record<string, unknown>>;
  readonly provenance: Readonly<Record<string, unknown>>;
}

export function writeCheckpoint({ graph, weights, ...notes }: TrainedModel): Uint8Array<ArrayBuffer> {
  const arrays = new Map(
    graph.parameters.map(({ name, shape }) => [
      name,
      { shape, values: weights.get(name) ?? new Float32Array() },
    ]),
  );
  return writeSafetensors({
    arrays,
    metadata: { graph: JSON.stringify(graph), notes: JSON.stringify(notes) },
  });
}

/** Throws PlaygroundError "bad-file" where the file was not written here or does not fit together. */
export function readCheckpoint(bytes: Uint8Array, name: string): TrainedModel {
  const { arrays, metadata } = readSafetensors(bytes, name);
  try {
    const graph = JSON.parse(metadata.graph ?? "") as Graph;
    validateGraph(graph);
    const notes = JSON.parse(metadata.notes ?? "") as Omit<TrainedModel, "graph" | "weights">;
    for (const { name: parameter, shape } of graph.parameters) {
      if (arrays.get(parameter)?.shape.join() !== shape.join())
        throw new Error(`"${parameter}" is missing or of another shape`);
    }
    return { graph, weights: new Map([...arrays].map(([key, { values }]) => [key, values])), ...notes };
  } catch (thrown) {
    throw new PlaygroundError({
      code: "bad-file",
      message: `${name} is no checkpoint of this program.`,
      what: name,
      doing: "reading a checkpoint",
      next: "Use the model.safetensors that npm run train -- --out DIR writes.",
      cause: thrown instanceof Error ? thrown.message : String(thrown),
    });
  }
}
