// Executes a graph and its gradient.

export { predictedWeights } from "./average.ts";
export { type ChosenEngine, chooseEngine } from "./choose.ts";
export * from "./engine.ts";
export type { FrozenCounters, FrozenFeatures } from "./frozen-features.ts";
export { engineFactories, tfjsEngineParts } from "./factories.ts";
export type * from "./parts.ts";
export { hasRelaxedSimd } from "./wasm/features.ts";
export { wasmFactory } from "./wasm/factory.ts";
export { type Helper, type HelperTask, helperDied, threadsFor, type WasmHost } from "./wasm/host.ts";
