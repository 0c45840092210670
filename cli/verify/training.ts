// Checks losses, operations, optimisers, schedules and whole training steps in Node, on every executor that runs there.

import { inflateSync } from "node:zlib";
import { executorsInNode } from "./executors/in-node.ts";
import { unpackTensors } from "./tensors.ts";
import { createTrainingChecks, type TrainingChecks } from "./training-checks.ts";
import type { NamedCheck } from "./types.ts";

/** One check for each executor. */
export async function trainingChecks(name: keyof TrainingChecks): Promise<readonly NamedCheck[]> {
  const executors = await executorsInNode();
  return executors.map(({ id, open }) => ({
    executor: id,
    check: async (document) => {
      const unpacked = await unpackTensors(document, async (zlib) => Uint8Array.from(inflateSync(zlib)));
      const parts = await open();
      try {
        return await createTrainingChecks(parts)[name](unpacked);
      } finally {
        parts.dispose();
      }
    },
  }));
}
