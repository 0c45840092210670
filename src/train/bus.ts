// The loop's own events, for whatever goes along with a run: the profiler, guards, progress. A plug-in that throws is
// reported and detached, and training goes on.

import { type ErrorData, toErrorData } from "../core/index.ts";
import type { Prepared } from "../batch/index.ts";
import type { EvaluationEvent, LossPoint } from "./types.ts";

interface Position {
  /** Steps done. */
  readonly step: number;
  readonly epoch: number;
}

/** Every event of the loop and what it brings. Ends come after what they end, before the next begins. */
export interface LoopEvents {
  readonly "run start": { readonly plannedSteps: number };
  readonly "run end": Position & { readonly reason: "length reached" | "stopped" | "failed" };
  readonly "epoch start": Position;
  readonly "epoch end": Position;
  /** `step`: the one that begins. */
  readonly "step start": Position;
  /** It waited `waitMs` for its samples, then took `stepMs` until the engine would take another. */
  readonly "step end": Position & {
    readonly samples: readonly Prepared[];
    readonly waitMs: number;
    readonly stepMs: number;
  };
  /** The loss of `step` has come, with everything that its engine tells of it; later steps may have begun. */
  readonly "step settled": { readonly step: number; readonly loss: LossPoint };
  readonly "evaluation start": Position;
  readonly "evaluation end": Position & { readonly evaluation: EvaluationEvent };
  /** What was learnt is made into a file, for `--out` or a download; the end comes once it is there. */
  readonly "checkpoint start": Position;
  readonly "checkpoint end": Position & { readonly sizeBytes: number };
  readonly error: Position & { readonly error: ErrorData };
}

export type LoopEventName = keyof LoopEvents;

export interface LoopPlugin {
  /** For the report when it fails. */
  readonly name: string;
  readonly on: { readonly [Name in LoopEventName]?: (facts: LoopEvents[Name]) => void };
}

export interface Bus {
  /** Answers with what detaches it again. */
  attach(plugin: LoopPlugin): () => void;
  emit<Name extends LoopEventName>(name: Name, facts: LoopEvents[Name]): void;
}

/** `report` is told of a plug-in that threw, after it has been detached. */
export function createBus(report: (plugin: string, during: LoopEventName, error: ErrorData) => void): Bus {
  let plugins: readonly LoopPlugin[] = [];
  const detach = (plugin: LoopPlugin): void => {
    plugins = plugins.filter((other) => other !== plugin);
  };
  return {
    attach: (plugin) => {
      plugins = [...plugins, plugin];
      return () => detach(plugin);
    },
    emit: (name, facts) => {
      for (const plugin of plugins) {
        try {
          plugin.on[name]?.(facts);
        } catch (thrown) {
          detach(plugin);
          report(plugin.name, name, toErrorData(thrown, `${plugin.name} during "${name}"`));
        }
      }
    },
  };
}
