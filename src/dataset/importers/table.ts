// THE table of label formats. A further format is one file with an Importer and one line in IMPORTERS.
// The first that recognises a file reads it; formats known by sight but not read yet stand in not-yet.ts.

import { err, type Result } from "../../core/index.ts";
import { icdar } from "./icdar.ts";
import { labelme } from "./labelme.ts";
import { mmocr } from "./mmocr.ts";
import { NOT_YET } from "./not-yet.ts";
import { paddle } from "./paddle.ts";
import { isObject, kindOf, parseJson } from "./parse-json.ts";
import type { Importer, Labels, LabelSource } from "./types.ts";
import { ufo } from "./ufo.ts";

export const IMPORTERS: readonly Importer[] = [ufo, labelme, mmocr, paddle, icdar];

export interface ReadLabels {
  readonly importer: Importer;
  readonly labels: Labels;
}

/** Finds the importer and reads. An error is one sentence: why nothing of the file can be used. */
export function readLabels(path: string, text: string): Result<ReadLabels, string> {
  const source = openSource(path, text);
  const known = NOT_YET.find((format) => format.recognises(source));
  if (known !== undefined)
    return err(`this looks like ${known.name}, which is not read yet; ${whatIsRead()}`);
  const importer = IMPORTERS.find((candidate) => candidate.recognises(source));
  if (importer === undefined) return err(whyUnknown(source));
  const labels = importer.read(source);
  return labels.ok ? { ok: true, value: { importer, labels: labels.value } } : labels;
}

function openSource(path: string, raw: string): LabelSource {
  const text = raw.replace(/^\ufeff/, "");
  const baseName = (path.split("/").at(-1) ?? path).toLowerCase();
  let parsed: Result<unknown, string> | undefined;
  return {
    path,
    baseName,
    text,
    isJson: baseName.endsWith(".json") || /^\s*\{/.test(text),
    json: () => {
      parsed ??= parseJson(text);
      return parsed;
    },
  };
}

function whyUnknown(source: LabelSource): string {
  if (!source.isJson) return `neither a picture nor a label file; ${whatIsRead()}`;
  const root = source.json();
  if (!root.ok) return root.error;
  if (!isObject(root.value))
    return `the document is ${kindOf(root.value)}, expected an object; ${whatIsRead()}`;
  const keys = Object.keys(root.value).slice(0, 5);
  return `an object with the keys ${keys.join(", ") || "(none)"} is no label format we know; ${whatIsRead()}`;
}

function whatIsRead(): string {
  return `label formats that are read: ${IMPORTERS.map(({ label }) => label).join(", ")}`;
}
