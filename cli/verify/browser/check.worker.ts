// The executors of training that need a browser, off its main thread, checked by the code that checks those in Node.

import type { EngineParts } from "../../../src/engine/index.ts";
import { type BrowserExecutor, openInBrowser } from "../executors/in-browser.ts";
import { unpackTensors } from "../tensors.ts";
import { createTrainingChecks, type TrainingChecks } from "../training-checks.ts";
import type { CaseResult } from "../types.ts";

export interface Question {
  readonly executor: BrowserExecutor;
  /** Without it the question is only whether the executor is there. */
  readonly check?: { readonly name: keyof TrainingChecks; readonly document: string };
}

export type Answer = readonly CaseResult[];

const opened = new Map<BrowserExecutor, Promise<EngineParts>>();

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  answer(data).then(
    (found) => postMessage({ answer: found }),
    (thrown: unknown) => postMessage({ error: thrown instanceof Error ? thrown.message : String(thrown) }),
  );
});

async function answer({ executor, check }: Question): Promise<Answer> {
  const parts = opened.get(executor) ?? openInBrowser[executor]();
  opened.set(executor, parts);
  const checks = createTrainingChecks(await parts);
  if (check === undefined) return [];
  return checks[check.name](await unpackTensors(JSON.parse(check.document), inflated));
}

async function inflated(zlib: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([zlib]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
