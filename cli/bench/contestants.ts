// Everybody who can take part, each loaded only when it does, so that nobody's library weighs on the others.

import type { ContestantFactory, ContestantKey } from "./types.ts";

/** A contestant that is not in the list is named in the report's `missing`. */
export const CONTESTANT_LOADERS: {
  readonly [K in ContestantKey]?: () => Promise<ContestantFactory>;
} = {
  tfjs: async () => (await import("./stock-tfjs.ts")).stockTfjs,
  ours: async () => (await import("./ours.ts")).ours,
  jax: async () => (await import("./jax.ts")).jaxOnWebGpu,
  wasm: async () => (await import("./wasm.ts")).wasm,
  jaxWasm: async () => (await import("./wasm.ts")).jaxOnWasm,
};
