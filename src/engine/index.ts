// Executes a graph and its gradient.

export * from "./engine.ts";
