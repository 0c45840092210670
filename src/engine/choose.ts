// Chooses how to run: the wanted engine, or the best that this machine can run. The one place that decides.

import { PlaygroundError } from "../core/index.ts";
import type { EngineFactory, EngineId } from "./engine.ts";

/**
 * Best first. A real GPU beats the processor; the processor by itself beats a graphics interface that only pretends to be
 * a GPU. Plain tfjs is for machines without SIMD.
 */
const ORDER: readonly (readonly [EngineId, "on a GPU" | "anywhere"])[] = [
  ["webgpu", "on a GPU"],
  ["tfjs-webgpu", "on a GPU"],
  ["wasm", "anywhere"],
  ["tfjs-webgl", "anywhere"],
  ["tfjs-webgpu", "anywhere"],
  ["tfjs-cpu", "anywhere"],
];

export interface ChosenEngine extends EngineFactory {
  /** Why this one, in one sentence. */
  readonly why: string;
}

/**
 * The factory of the wanted engine, or with "auto" the best available one.
 * Throws PlaygroundError "unsupported" naming why each candidate was refused.
 */
export async function chooseEngine(
  wanted: "auto" | EngineId,
  factories: readonly EngineFactory[],
): Promise<ChosenEngine> {
  const order = wanted === "auto" ? ORDER : ([[wanted, "anywhere"]] as const);
  /** Why better ones were passed over. */
  const refusals = new Map<EngineId, string>();
  for (const [id, where] of order) {
    const factory = factories.find((each) => each.id === id);
    if (factory === undefined) continue;
    const answer = await factory.available();
    if (!answer.ok) refusals.set(id, answer.reason);
    else if (where === "on a GPU" && answer.isSoftware === true)
      refusals.set(id, "WebGPU has only a software adapter here.");
    else
      return chosen(factory, wanted === "auto" ? whyBest(refusals) : "It is the engine that was asked for.");
  }
  const reasons = [...refusals].map(([id, reason]) => `${id}: ${reason}`);
  if (reasons.length === 0)
    reasons.push(`there is no such engine; there are ${factories.map(({ id }) => id).join(", ")}`);
  const what = wanted === "auto" ? "No engine" : `Engine "${wanted}"`;
  throw new PlaygroundError({
    code: "unsupported",
    message: `${what} can run here. ${reasons.join("; ")}`,
    what: "engine.kind",
    doing: "choosing an engine",
    next: wanted === "auto" ? "Use a current Chrome." : 'Choose another engine, or "auto".',
  });
}

function whyBest(refusals: ReadonlyMap<EngineId, string>): string {
  if (refusals.size === 0) return "It is the fastest engine, and it runs here.";
  const reasons = [...new Set(refusals.values())];
  return `It is the fastest engine that runs here: ${reasons.map((reason) => reason.replace(/\.$/, "")).join("; ")}.`;
}

function chosen(factory: EngineFactory, why: string): ChosenEngine {
  return {
    id: factory.id,
    why,
    available: () => factory.available(),
    build: (settings, progress) => factory.build(settings, progress),
  };
}
