// What a file that was written here says about itself, in metadata_props: how pages are prepared, how the map is read, and
// where it comes from. Plain keys and JSON values, so that any reader of ONNX can use them.

import type { Preprocessing } from "../../graph/index.ts";

export const NOTE_KEYS = {
  preprocessing: "ocr.preprocessing",
  sizeMultiple: "ocr.sizeMultiplePx",
  decode: "ocr.decode",
  provenance: "ocr.provenance",
  name: "ocr.model",
} as const;

/** Undefined where the notes are absent or no preparation that can be used. */
export function preprocessingFrom(metadata: ReadonlyMap<string, string>): Preprocessing | undefined {
  const text = metadata.get(NOTE_KEYS.preprocessing);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { channels, mean, deviation } = value as Record<string, unknown>;
    if ((channels !== "rgb" && channels !== "bgr") || !isTriple(mean) || !isTriple(deviation))
      return undefined;
    return deviation.every((side) => side > 0) ? { channels, mean, deviation } : undefined;
  } catch {
    return undefined;
  }
}

function isTriple(value: unknown): value is [number, number, number] {
  return Array.isArray(value) && value.length === 3 && value.every((each) => Number.isFinite(each));
}
