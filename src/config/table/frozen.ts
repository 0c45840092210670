// The settings of what is kept of a pretrained detector's frozen layers. Off unless somebody turns it on.

import { type FieldPath, type FieldSpec, integer } from "../fields.ts";
import type { Config } from "../types.ts";

const MIB = 2 ** 20;

const hasFrozenPart = ({ model }: Config): boolean => model.init !== "scratch" && model.train !== "all";

export const frozenFields = {
  "features.frozenFeatures": {
    label: "Frozen features",
    unit: "",
    type: { kind: "boolean" },
    defaults: false,
    help: "Keeps what the layers that do not train give for each page, so that they are computed once. Only where every epoch sees the same images, and on compiled WebGPU and WASM.",
    group: "Features",
    takesEffect: "live",
    applies: { sentence: "only for a pretrained detector of which a part is frozen", when: hasFrozenPart },
  },
  "features.frozenFeaturesBytes": {
    label: "Budget of the frozen features",
    unit: "bytes",
    type: { ...integer(0, 2 ** 40, MIB), kind: "numberOrWord", word: "unlimited" },
    defaults: 512 * MIB,
    help: "Greatest size in the engine's memory: a number of bytes, or the word unlimited. What fits first stays.",
    group: "Features",
    takesEffect: "restart",
    applies: {
      sentence: "only with the frozen features on",
      when: (c: Config) => hasFrozenPart(c) && c.features.frozenFeatures,
    },
  },
} satisfies Partial<Record<FieldPath, FieldSpec>>;
