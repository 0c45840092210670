// Checks losses, operations, optimisers, schedules and whole training steps in Node, on the plain tfjs engine.

import "./tfjs-in-node.ts";
import { inflateSync } from "node:zlib";
import { tfjsEngineParts } from "../../src/engine/index.ts";
import { unpackTensors } from "./tensors.ts";
import { createTrainingChecks, type TrainingChecks } from "./training-checks.ts";
import type { Check } from "./types.ts";

export const checkLosses: Check = checkOnProcessor("losses");
export const checkOps: Check = checkOnProcessor("ops");
export const checkGoldenTrain: Check = checkOnProcessor("goldenTrain");

function checkOnProcessor(name: keyof TrainingChecks): Check {
  return async (document) => {
    const unpacked = await unpackTensors(document, async (zlib) => Uint8Array.from(inflateSync(zlib)));
    const parts = await tfjsEngineParts("cpu");
    try {
      return await createTrainingChecks(parts)[name](unpacked);
    } finally {
      parts.dispose();
    }
  };
}
