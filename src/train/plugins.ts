// What goes along with every run beside the profiler: the guard that stops a run which learns nothing any more, and the progress that
// the screen sees.

import type { LoopPlugin } from "./bus.ts";
import type { Emitter } from "./emitter.ts";
import { notFinite } from "./run-errors.ts";

/** `fail`: ends the run with the reason. */
export function lossGuard(fail: (reason: Error) => void): LoopPlugin {
  return {
    name: "loss guard",
    on: {
      "step settled": ({ step, loss }) => {
        if (!Number.isFinite(loss.total)) fail(notFinite(step));
      },
    },
  };
}

/** `report`: sends the facts of this moment with the next events. */
export function progressReport(emitter: Pick<Emitter, "loss">, report: () => void): LoopPlugin {
  return {
    name: "progress",
    on: {
      "step end": report,
      "step settled": ({ loss }) => emitter.loss(loss),
      "run end": report,
    },
  };
}
