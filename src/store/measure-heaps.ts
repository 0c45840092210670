// JavaScript heaps by thread, where the browser tells them (Chrome, in an isolated page). It answers after its next garbage
// collection, which may take a while.

import type { ThreadHeap } from "./profiler-slice.ts";

interface Breakdown {
  readonly bytes: number;
  readonly attribution: readonly { readonly url: string; readonly scope: string }[];
}

type Measure = () => Promise<{ readonly breakdown: readonly Breakdown[] }>;

/** Null where the browser does not tell. */
export async function measureHeaps(
  performance: object,
): Promise<readonly Omit<ThreadHeap, "peakBytes">[] | null> {
  const { measureUserAgentSpecificMemory: measure } = performance as {
    measureUserAgentSpecificMemory?: Measure;
  };
  if (measure === undefined) return null;
  const { breakdown } = await measure.call(performance);
  const heaps = new Map<string, number>();
  for (const { bytes, attribution } of breakdown) {
    if (bytes === 0) continue;
    const thread = attribution.map(nameOf).join(", ") || "shared by all";
    heaps.set(thread, (heaps.get(thread) ?? 0) + bytes);
  }
  return [...heaps].map(([thread, bytes]) => ({ thread, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** "…/assets/trainer.worker-Dk2.js" → "trainer". */
function nameOf({ url, scope }: Breakdown["attribution"][number]): string {
  if (scope === "Window") return "page";
  const file = url.split("/").at(-1) ?? "";
  return /^[a-z]+/.exec(file)?.[0] ?? scope;
}
