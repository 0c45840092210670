// Encodes the way in and out for image.as.

import type { EngineSettings } from "../../../engine.ts";
import type { View } from "../../../plan/types.ts";
import { real, type Record } from "../../program.ts";
import { pageBytes, type Space } from "../../space.ts";

/** `bytes` is the address of the batch's RGBX pixels. */
export function importImage(
  output: View,
  { mean, deviation }: EngineSettings["normalisation"],
  bytes: number,
  space: Space,
): Record {
  const plane = output.height * output.width;
  if (plane % 4 !== 0) throw new Error("a page needs a multiple of four pixels");
  const scales = deviation.map((value) => real(1 / (255 * value)));
  const means = mean.map((value) => real(255 * value));
  const words = [bytes, plane, space.at(output), pageBytes(output), ...scales, ...means];
  return { kind: "importImage", tiles: output.batch, words };
}

/** Probabilities from logits, to `address`. */
export function exportMap(logits: View, address: number, space: Space): Record {
  const words = [space.at(logits), pageBytes(logits), logits.height * logits.width, address];
  return { kind: "exportMap", tiles: logits.batch, words };
}
