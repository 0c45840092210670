// Sends a run's events: numbered and named by run; fast facts are collected and go out at most five times a second.

import { buffersOf } from "../trace/index.ts";
import type {
  FeatureStatus,
  LossPoint,
  SpansEvent,
  TimingEvent,
  TrainerEvent,
  TrainerEventBody,
} from "./types.ts";

export type SendEvent = (event: TrainerEvent, transfer: readonly ArrayBuffer[]) => void;

/** As fast as a figure is read; what draws costs the training its core. */
const FLUSH_MS = 200;

export interface Emitter {
  /** At once, after what was collected before it. */
  send(body: TrainerEventBody, transfer?: readonly ArrayBuffer[]): void;
  log(level: "info" | "warning" | "error", source: string, text: string): void;
  loss(point: LossPoint): void;
  /** Latest wins; asked for only when it is sent, so that nobody computes statistics that nobody sees. */
  facts(read: () => Facts): void;
  /** Sends everything collected. */
  flush(): void;
}

type FeaturesEvent = Extract<TrainerEventBody, { kind: "features" }>;

export interface Facts {
  readonly timing: TimingEvent;
  readonly features: readonly FeatureStatus[];
  /** Null while there is nothing new. */
  readonly spans: SpansEvent | null;
  readonly polygons: FeaturesEvent["polygons"];
  readonly caches: FeaturesEvent["caches"];
  readonly loaders: FeaturesEvent["loaders"];
}

export function createEmitter(runId: string, send: SendEvent): Emitter {
  let sequence = 0;
  let points: LossPoint[] = [];
  let readFacts: (() => Facts) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When collected facts last went out. */
  let sentMs = Number.NEGATIVE_INFINITY;

  const post = (body: TrainerEventBody, transfer: readonly ArrayBuffer[] = []): void => {
    send({ ...body, runId, sequence: sequence++ }, transfer);
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (points.length > 0 || readFacts !== undefined) sentMs = performance.now();
    if (points.length > 0) {
      post({ kind: "losses", points });
      points = [];
    }
    if (readFacts !== undefined) {
      const { timing, spans, ...facts } = readFacts();
      readFacts = undefined;
      post({ kind: "timing", ...timing });
      post({ kind: "features", ...facts });
      if (spans !== null) {
        post({ kind: "spans", ...spans }, spans.batch === null ? [] : buffersOf(spans.batch));
      }
    }
  };
  const soon = (): void => {
    // What comes after a pause goes out at once: the first step is seen when it is done.
    timer ??= setTimeout(flush, Math.max(0, sentMs + FLUSH_MS - performance.now()));
  };

  return {
    send: (body, transfer) => {
      flush();
      post(body, transfer);
    },
    log: (level, source, text) => post({ kind: "log", level, source, text }),
    loss: (point) => {
      points.push(point);
      soon();
    },
    facts: (read) => {
      readFacts = read;
      soon();
    },
    flush,
  };
}
