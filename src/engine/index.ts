// Executes a graph and its gradient.

export { chooseEngine } from "./choose.ts";
export * from "./engine.ts";
export { engineFactories, tfjsEngineParts } from "./factories.ts";
export type * from "./parts.ts";
