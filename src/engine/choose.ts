// Chooses how to run: the wanted engine, or the first that this machine can run.

import { PlaygroundError } from "../core/index.ts";
import type { EngineFactory, EngineId } from "./engine.ts";

/** Best first. */
const ORDER: readonly EngineId[] = ["webgpu", "tfjs-webgpu", "tfjs-webgl", "tfjs-cpu", "wasm"];

/**
 * The factory of the wanted engine, or with "auto" the first available one.
 * Throws PlaygroundError "unsupported" naming why each candidate was refused.
 */
export async function chooseEngine(
  wanted: "auto" | EngineId,
  factories: readonly EngineFactory[],
): Promise<EngineFactory> {
  const place = ({ id }: EngineFactory): number => ORDER.indexOf(id);
  const candidates = [...factories]
    .filter(({ id }) => wanted === "auto" || id === wanted)
    .sort((a, b) => place(a) - place(b));
  const refusals: string[] = [];
  for (const factory of candidates) {
    const answer = await factory.available();
    if (answer.ok) return factory;
    refusals.push(`${factory.id}: ${answer.reason}`);
  }
  if (candidates.length === 0)
    refusals.push(`there is no such engine; there are ${factories.map(({ id }) => id).join(", ")}`);
  const what = wanted === "auto" ? "No engine" : `Engine "${wanted}"`;
  throw new PlaygroundError({
    code: "unsupported",
    message: `${what} can run here. ${refusals.join("; ")}`,
    what: "engine.kind",
    doing: "choosing an engine",
    next: wanted === "auto" ? "Use a current Chrome." : 'Choose another engine, or "auto".',
  });
}
