// One engine for many runs of the same network: building one takes long on a GPU, so the lab builds it once and every run begins
// from its first state. The tracer of the run that holds it hears its spans.

import type { Engine, EngineFactory, EngineSettings, EngineState, FrozenFeatures } from "../engine/index.ts";
import { type KernelFacts, silentTracer, type Tracer } from "../trace/index.ts";

export interface EngineKeeper {
  /** The same ways to build, except that a network that is there already is handed out again, reset to its first state. */
  readonly factories: readonly EngineFactory[];
  /** Engines really built so far. */
  builtCount(): number;
  /** Frees the engine. */
  close(): void;
}

interface Kept {
  readonly key: string;
  readonly engine: Engine;
  readonly first: EngineState;
}

export function keepEngine(factories: readonly EngineFactory[]): EngineKeeper {
  let kept: Kept | undefined;
  let built = 0;
  let listening: Tracer = silentTracer;
  /** Of the kept engine; every new listener must know them by the same numbers. */
  let kernels: KernelFacts[] = [];
  const tracer: Tracer = {
    span: (stage, work) => listening.span(stage, work),
    spanAsync: (stage, work) => listening.spanAsync(stage, work),
    record: (...span) => listening.record(...span),
    define: (kernel) => {
      kernels.push(kernel);
      return listening.define(kernel);
    },
    recordKernel: (...span) => listening.recordKernel(...span),
    wantsSpans: () => listening.wantsSpans(),
    wantsKernels: () => listening.wantsKernels(),
    late: () => listening.late(),
  };
  /** Told of the engine's failure; a loan that was given back is told no more. */
  const borrowers = new Set<(reason: unknown) => void>();
  const release = (): void => {
    kept?.engine.dispose();
    kept = undefined;
    kernels = [];
  };

  const keep = (factory: EngineFactory): EngineFactory => {
    let answer: ReturnType<EngineFactory["available"]> | undefined;
    return {
      id: factory.id,
      available: () => {
        answer ??= factory.available();
        return answer;
      },
      build: async (settings, progress) => {
        listening = settings.tracer;
        const key = `${factory.id} ${keyOf(settings)}`;
        if (kept?.key === key) {
          for (const kernel of kernels) listening.define(kernel);
          await kept.engine.writeState(kept.first);
          return lend(kept.engine, borrowers);
        }
        release();
        const engine = await factory.build({ ...settings, tracer }, progress);
        built++;
        engine.failed.catch((reason: unknown) => {
          if (kept?.engine !== engine) return;
          for (const tell of borrowers) tell(reason);
          // A failed engine is not lent again.
          release();
        });
        try {
          kept = { key, engine, first: await engine.readState() };
        } catch (thrown) {
          engine.dispose();
          throw thrown;
        }
        return lend(engine, borrowers);
      },
    };
  };
  return { factories: factories.map(keep), builtCount: () => built, close: release };
}

/**
 * The engine as a run sees it: whoever borrows it cannot end it. Its failure is promised to each loan apart, because what waits on
 * the engine's own promise, a whole run, would be kept as long as the engine.
 */
function lend(engine: Engine, borrowers: Set<(reason: unknown) => void>): Engine {
  let tell: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    tell = reject;
  });
  failed.catch(() => undefined);
  borrowers.add(tell);
  return {
    info: engine.info,
    failed,
    ...(engine.frozenFeatures && { frozenFeatures: countedFromHere(engine.frozenFeatures) }),
    step: (batch, learningRate, pages) => engine.step(batch, learningRate, pages),
    predict: (images, options) => engine.predict(images, options),
    readState: () => engine.readState(),
    writeState: (state) => engine.writeState(state),
    memory: () => engine.memory(),
    dispose: () => {
      borrowers.delete(tell);
    },
  };
}

/** With the look-ups of this loan alone. */
function countedFromHere(frozen: FrozenFeatures): FrozenFeatures {
  const before = frozen.counters();
  return {
    pageBytes: frozen.pageBytes,
    set: (on, budgetBytes) => frozen.set(on, budgetBytes),
    counters: () => {
      const now = frozen.counters();
      const { unknown, noRoom, withOthers } = now.misses;
      return {
        ...now,
        lookups: now.lookups - before.lookups,
        hits: now.hits - before.hits,
        misses: {
          unknown: unknown - before.misses.unknown,
          noRoom: noRoom - before.misses.noRoom,
          withOthers: withOthers - before.misses.withOthers,
        },
      };
    },
  };
}

/** Everything an engine is built from but its listener; weights by a sum that tells seeds apart. */
function keyOf({ tracer: _, graph, initialWeights, frozen, ...rest }: EngineSettings): string {
  let sum = 0;
  for (const values of initialWeights.values()) for (const value of values) sum = (sum * 31 + value) % 1e9;
  return JSON.stringify({ ...rest, graph: graph.name, frozen: [...(frozen ?? [])], sum });
}
