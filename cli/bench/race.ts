// Steps all contestants in turn on the same batches and makes the report. Runs in a dedicated worker.

import type { TrainBatch } from "../../src/core/index.ts";
import { bestMatmul } from "./best-matmul.ts";
import { CONTESTANT_LOADERS } from "./contestants.ts";
import { counted } from "./device-counters.ts";
import { batchOf, convolutionFlop, settingsOf } from "./nets.ts";
import {
  type Contestant,
  type ContestantKey,
  type EngineReport,
  type Figures,
  type NetName,
  type NetReport,
  percentile,
  RATIOS,
  type RatioName,
  type StepCounts,
  timesOf,
} from "./types.ts";

/** Steps that compile or fill caches, counted for the losses only. */
const WARM_UP = 2;
const LEARNING_RATE = 1e-3;

export interface RaceOrder {
  readonly net: NetName;
  readonly rounds: number;
  readonly contestants: readonly ContestantKey[];
}

/** `log` hears what is going on: a step of stock tfjs takes long. */
export async function race(order: RaceOrder, log: (line: string) => void): Promise<EngineReport> {
  const settings = settingsOf(order.net);
  const { adapter, matmul } = await measureAdapter();
  const runners: Runner[] = [];
  const missing: { [K in ContestantKey]?: string } = {};
  for (const key of order.contestants) {
    try {
      const load = CONTESTANT_LOADERS[key];
      if (load === undefined) throw new Error("it is not part of this benchmark");
      const factory = await load();
      const start = performance.now();
      const contestant = await factory.build(settings);
      runners.push(new Runner(key, contestant, (performance.now() - start) / 1000));
    } catch (error) {
      missing[key] = error instanceof Error ? error.message : String(error);
      log(`${key} does not take part: ${missing[key]}`);
    }
  }
  for (let round = 0; round < WARM_UP + order.rounds; round++) {
    const batch = batchOf(settings, round);
    // The order turns round by round, so that nobody always follows the same neighbour.
    const first = round % Math.max(runners.length, 1);
    for (const runner of [...runners.slice(first), ...runners.slice(0, first)]) {
      const milliseconds = await runner.step(batch, round >= WARM_UP);
      log(`round ${round + 1} of ${WARM_UP + order.rounds}: ${runner.key} ${milliseconds.toFixed(0)} ms`);
    }
  }
  for (const runner of runners) await runner.countCalls(batchOf(settings, WARM_UP + order.rounds));
  const gflopPerStep = convolutionFlop(settings.graph, settings) / 1e9;
  const reference = runners.find(({ key }) => key === "ours");
  const figures = runners.map(
    (runner) => [runner.key, runner.figures(gflopPerStep, matmul, reference)] as const,
  );
  const net: NetReport = {
    gflopPerStep,
    ...Object.fromEntries(figures),
    ...ratiosOf(runners),
    missing,
  };
  for (const runner of runners) runner.dispose();
  const lossParity = figures.find(([key]) => key === "tfjs")?.[1].lossDifference ?? Number.NaN;
  return {
    adapter,
    userAgent: navigator.userAgent,
    bestMatmulGflopPerSecond: matmul,
    nets: { [order.net]: net },
    lossParity,
  };
}

class Runner {
  readonly key: ContestantKey;
  readonly times: number[] = [];
  readonly losses: number[] = [];
  private readonly contestant: Contestant;
  private readonly compileSeconds: number;
  private readonly scriptMs: number[] = [];
  private firstStepSeconds = Number.NaN;
  private counts: StepCounts = { dispatches: 0, submits: 0, bufferCreations: 0, bindGroupCreations: 0 };

  constructor(key: ContestantKey, contestant: Contestant, compileSeconds: number) {
    this.key = key;
    this.contestant = contestant;
    this.compileSeconds = compileSeconds;
  }

  async step(batch: TrainBatch, isTimed: boolean): Promise<number> {
    const start = performance.now();
    const { loss, scriptMs } = await this.contestant.step(batch, LEARNING_RATE);
    const milliseconds = performance.now() - start;
    if (this.losses.length === 0) this.firstStepSeconds = milliseconds / 1000;
    this.losses.push(loss);
    if (!isTimed) return milliseconds;
    this.times.push(milliseconds);
    if (scriptMs !== undefined) this.scriptMs.push(scriptMs);
    return milliseconds;
  }

  /** One more step, for what it asks of the GPU. */
  async countCalls(batch: TrainBatch): Promise<void> {
    this.counts = await counted(() => this.contestant.step(batch, LEARNING_RATE));
  }

  figures(gflopPerStep: number, matmul: number, reference: Runner | undefined): Figures {
    const times = timesOf(this.times);
    const gflops = gflopPerStep / (times.medianMs / 1000);
    const differences = this.losses.map((loss, index) => {
      const other = reference?.losses[index] ?? Number.NaN;
      return Math.abs(loss - other) / Math.abs(other);
    });
    const isOther = reference !== undefined && reference !== this;
    return {
      ...times,
      ...this.counts,
      gflops,
      shareOfBestMatmul: gflops / matmul,
      compileSeconds: this.compileSeconds,
      firstStepSeconds: this.firstStepSeconds,
      ...(this.scriptMs.length === 0 ? {} : { jsMs: percentile(this.scriptMs, 0.5) }),
      ...(isOther
        ? { lossDifference5: Math.max(...differences.slice(0, 5)), lossDifference: Math.max(...differences) }
        : {}),
      ...this.contestant.figures(),
    };
  }

  dispose(): void {
    this.contestant.dispose();
  }
}

function ratiosOf(runners: readonly Runner[]): Pick<NetReport, "ratios" | "spread"> {
  const ratios: { [R in RatioName]?: number } = {};
  const spread: { [R in RatioName]?: readonly [number, number] } = {};
  for (const [name, [over, under]] of Object.entries(RATIOS) as [RatioName, (typeof RATIOS)[RatioName]][]) {
    const [a, b] = [over, under].map((key) => runners.find((runner) => runner.key === key)?.times);
    if (a === undefined || b === undefined) continue;
    ratios[name] = percentile(a, 0.5) / percentile(b, 0.5);
    const each = a.map((milliseconds, index) => milliseconds / (b[index] ?? Number.NaN));
    spread[name] = [percentile(each, 0.1), percentile(each, 0.9)];
  }
  return { ratios, spread };
}

async function measureAdapter(): Promise<{ adapter: string; matmul: number }> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter === null || adapter === undefined) return { adapter: "none", matmul: Number.NaN };
  const { vendor, architecture, device: model, description } = adapter.info;
  const device = await adapter.requestDevice();
  const matmul = await bestMatmul(device);
  device.destroy();
  return { adapter: [vendor, architecture || model || description].filter(Boolean).join(" "), matmul };
}
