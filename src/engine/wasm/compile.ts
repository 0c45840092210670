// Settings → everything that a run needs in its one linear memory: addresses, programs, tables. Nothing here runs.

import { isAveraging } from "../average.ts";
import type { EngineSettings } from "../engine.ts";
import { freeze } from "../freeze.ts";
import { planPrediction, planTraining } from "../plan/plan.ts";
import type { ParameterLayout, Plan, PlanOp, View } from "../plan/types.ts";
import { Arena } from "./arena.ts";
import { type BatchSpace, encode } from "./encode.ts";
import { exportMap } from "./kernels/image/image.ts";
import { lossSpace } from "./kernels/loss/loss.ts";
import { average, optimizer, type OptimizerSpace, optimizerSpace } from "./kernels/optimizer/optimizer.ts";
import type { Record } from "./program.ts";
import { RECORD_WORDS } from "./program.ts";
import { type Addresses, type SharedSpace, Space } from "./space.ts";

/** Where a program's records lie, and what they are. */
export interface Program {
  readonly address: number;
  readonly records: readonly Record[];
}

export interface Compiled {
  readonly arena: Arena;
  readonly parameters: ParameterLayout;
  /** What the frozen part leaves for the rest. */
  readonly frozenValues: readonly View[];
  readonly addresses: Addresses;
  readonly batch: BatchSpace;
  readonly optimizer: OptimizerSpace;
  /** What predictions read in place of the stores; the stores themselves unless the engine averages. */
  readonly predicted: Addresses["stores"];
  /** Probability maps, then threshold maps. */
  readonly maps: number;
  readonly programs: {
    readonly clear: Program;
    /** What does not learn; none where everything does. */
    readonly frozen?: Program;
    /** The rest, up to and with the loss. */
    readonly forward: Program;
    readonly backward: Program;
    readonly move: Program;
    readonly predict: Program;
    readonly predictWithThreshold: Program;
  };
}

export type CompileSettings = Omit<EngineSettings, "initialWeights" | "tracer" | "accumulate">;

export function compile(settings: CompileSettings): Compiled {
  const { batchSize, sizePx } = settings;
  const { graph, runningNorms } = freeze(settings.graph, settings);
  const training = planTraining(graph, { batchSize, sizePx }, runningNorms);
  const [probability, both] = [false, true].map((threshold) =>
    planPrediction(graph, { batchSize, sizePx }, { threshold }),
  );
  if (probability === undefined || both === undefined) throw new Error("no plan for predictions");
  const arena = new Arena();
  const addresses = reserveBuffers([training, probability, both], training.parameters, arena);
  const planePx = sizePx ** 2;
  const images = arena.reserve(batchSize * planePx * 4);
  const batch = { images, ...lossSpace(batchSize, planePx, arena) };
  const count = training.parameters.sizes.trainable;
  const stores = { weights: addresses.stores.trainable, gradients: addresses.gradients };
  const own = optimizerSpace(count, stores, settings.optimizer, arena);
  const { sizes } = training.parameters;
  const predicted = isAveraging(settings)
    ? {
        ...addresses.stores,
        trainable: arena.reserve(sizes.trainable * 4),
        statistics: arena.reserve(sizes.statistics * 4),
      }
    : addresses.stores;
  const maps = arena.reserve(2 * batchSize * planePx * 4);

  const plans = [training, probability, both];
  const encodePlan = (plan: Plan, shared: SharedSpace, to: Arena) => {
    const space = new Space(plan === training ? addresses : { ...addresses, stores: predicted }, shared, to);
    const frozenOps = plan.frozen?.ops ?? 0;
    const encoded = (ops: readonly PlanOp[]): Record[][] =>
      ops.map((op) => [...encode(op, settings, batch, space)]);
    const frozen = encoded(plan.ops.slice(0, frozenOps));
    // Weights of the frozen part are packed with it.
    const packed = space.preparation.length;
    return { records: [...frozen, ...encoded(plan.ops.slice(frozenOps))], frozenOps, packed, space };
  };
  const measured = plans.map(
    (plan) => encodePlan(plan, { planes: 0, rows: 0, packed: 0 }, new Arena()).space.needed,
  );
  const largest = (area: keyof SharedSpace): number => Math.max(...measured.map((needed) => needed[area]));
  const shared = {
    planes: arena.reserve(largest("planes")),
    rows: arena.reserve(largest("rows")),
    packed: arena.reserve(largest("packed")),
  };

  const place = (records: readonly Record[]): Program => ({
    address: arena.reserve(records.length * RECORD_WORDS * 4),
    records,
  });
  const step = encodePlan(training, shared, arena);
  const [frozenPacking, packing] = [
    step.space.preparation.slice(0, step.packed),
    step.space.preparation.slice(step.packed),
  ];
  const lossAt = training.ops.findIndex(({ kind }) => kind === "loss");
  const prediction = (plan: Plan): Program => {
    const { records, space } = encodePlan(plan, shared, arena);
    const outputs = [plan.outputs.probability, plan.outputs.threshold];
    const exports = outputs.flatMap((view, index) =>
      view === undefined ? [] : [exportMap(view, maps + index * batchSize * planePx * 4, space)],
    );
    return place([...settled(space.preparation), ...records.flat(), ...exports]);
  };
  const passes = optimizer(count, settings, own);
  const averages = (["trainable", "statistics"] as const)
    .filter((store) => predicted[store] !== addresses.stores[store])
    .map((store) => average(sizes[store], addresses.stores[store], predicted[store], own));
  return {
    arena,
    parameters: training.parameters,
    frozenValues: training.frozen?.values ?? [],
    addresses,
    batch,
    optimizer: own,
    predicted,
    maps,
    programs: {
      clear: place([passes.clear]),
      ...(training.frozen && {
        frozen: place([...settled(frozenPacking), ...step.records.slice(0, step.frozenOps).flat()]),
      }),
      forward: place([...settled(packing), ...step.records.slice(step.frozenOps, lossAt + 1).flat()]),
      backward: place(step.records.slice(lossAt + 1).flat()),
      move: place([...passes.move, ...averages]),
      predict: prediction(probability),
      predictWithThreshold: prediction(both),
    },
  };
}

/** Preparations do not depend on each other, but everything after them does. */
function settled(preparation: readonly Record[]): Record[] {
  const last = preparation.length - 1;
  return preparation.map((record, index) => ({ ...record, isFree: index < last }));
}

function reserveBuffers(plans: readonly Plan[], { sizes }: ParameterLayout, arena: Arena): Addresses {
  // Predictions run between steps, so they use the same memory. A little more, for kernels that read over the end.
  const count = Math.max(...plans.map(({ buffers }) => buffers.length));
  const buffers = Array.from({ length: count }, (_, index) =>
    arena.reserve(Math.max(...plans.map((plan) => plan.buffers[index] ?? 0)) * 4 + 64),
  );
  return {
    buffers,
    stores: {
      trainable: arena.reserve(sizes.trainable * 4),
      frozen: arena.reserve(sizes.frozen * 4),
      statistics: arena.reserve(sizes.statistics * 4),
    },
    gradients: arena.reserve(sizes.trainable * 4),
  };
}
