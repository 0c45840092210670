// The models that a person can choose, by name. A new model is a new line in this table.

import { PlaygroundError } from "../core/index.ts";
import { GraphBuilder } from "./builder.ts";
import { dbHead, dbNeck } from "./detector.ts";
import { plainEncoder, resnet18Encoder } from "./encoders.ts";
import type { Graph } from "./types.ts";

/** The greatest stride of every encoder here. */
const STRIDE_PX = 32;

const MODELS: Readonly<Record<string, () => Graph>> = {
  nano: () => buildPlainDetector({ name: "nano", width: 8, inner: 32 }),
  small: () => buildPlainDetector({ name: "small", width: 16, inner: 64 }),
  resnet18: buildResnet18,
};

export const MODEL_NAMES: readonly string[] = Object.keys(MODELS);

/** The graph of a named model. Throws PlaygroundError "bad-config" for an unknown name. */
export function buildGraph(name: string): Graph {
  const build = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (build === undefined) {
    throw new PlaygroundError({
      code: "bad-config",
      message: `There is no model "${name}"; there are ${MODEL_NAMES.join(", ")}.`,
      what: "model.name",
      next: "Choose one of these models.",
    });
  }
  return build();
}

/**
 * A plain 3×3 encoder of `width` channels (then ×2, ×4, ×8), the DB neck with `inner` channels, two DB heads.
 * Width 16 and inner 64 have 369 298 parameters ("small"), width 8 and inner 32 have 92 746 ("nano").
 */
export function buildPlainDetector(options: { name: string; width: number; inner: number }): Graph {
  const builder = new GraphBuilder();
  const features = plainEncoder(builder, builder.input(3), "encoder.", options.width);
  const fused = dbNeck(builder, features, options.inner);
  return builder.build(options.name, STRIDE_PX, {
    probability: dbHead(builder, fused, "probability", { transposeBias: false }),
    threshold: dbHead(builder, fused, "threshold", { transposeBias: false }),
  });
}

function buildResnet18(): Graph {
  const builder = new GraphBuilder();
  const features = resnet18Encoder(builder, builder.input(3), "encoder.");
  const fused = dbNeck(builder, features, 256);
  return builder.build("resnet18", STRIDE_PX, {
    probability: dbHead(builder, fused, "probability"),
    threshold: dbHead(builder, fused, "threshold"),
  });
}
