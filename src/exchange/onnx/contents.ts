// What a model file holds, as plain data for a screen: the description, how pages are prepared and where that is known from, and
// whether it can be trained further.

import type { Preprocessing } from "../../graph/index.ts";
import { preprocessingFrom } from "./notes.ts";
import { type OnnxDescription, readOnnx, type ReadOptions } from "./read.ts";

interface OnnxContents extends Omit<OnnxDescription, "metadata" | "domains"> {
  readonly metadata: readonly (readonly [string, string])[];
  readonly preprocessing: Preprocessing;
  readonly preparedAs: "known of this model" | "said by the file" | "assumed, as PaddleOCR";
  readonly notTrainable: { readonly operator: string; readonly sentence: string } | null;
}

/** Throws PlaygroundError "bad-file" where the file is no well-formed ONNX model. */
export function describeOnnx(file: ReadOptions & { readonly bytes: Uint8Array }): OnnxContents {
  const { description, detector, preprocessing } = readOnnx(file.bytes, file);
  const { metadata, domains: _domains, ...rest } = description;
  const isSaid = preprocessingFrom(metadata) !== undefined;
  return {
    ...rest,
    metadata: [...metadata],
    preprocessing,
    preparedAs:
      file.preprocessing !== undefined
        ? "known of this model"
        : isSaid
          ? "said by the file"
          : "assumed, as PaddleOCR",
    notTrainable: detector.ok
      ? null
      : { operator: detector.error.operator, sentence: detector.error.sentence },
  };
}
