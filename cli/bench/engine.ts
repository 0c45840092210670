// The engine suite on the command line: one page for each net, and the figures in words.

import { withBenchPage } from "./page.ts";
import {
  CONTESTANTS,
  type ContestantKey,
  type EngineReport,
  type Figures,
  type NetName,
  type NetReport,
} from "./types.ts";

export interface BenchOrder {
  readonly nets: readonly NetName[];
  readonly rounds: number;
  readonly contestants: readonly ContestantKey[];
  /** Prints every step. */
  readonly isVerbose: boolean;
}

/** Measures one net after the other, each in a fresh page. Throws with the page's message when one fails. */
export async function benchEngines(order: BenchOrder): Promise<EngineReport> {
  const { contestants, rounds } = order;
  return withBenchPage(async (carry) => {
    const reports: EngineReport[] = [];
    for (const net of order.nets) {
      const onLine = (line: string): void => {
        if (order.isVerbose) console.log(`  ${line}`);
      };
      const report = (await carry({ suite: "engine", net, rounds, contestants }, onLine)) as EngineReport;
      const figures = report.nets[net];
      if (figures !== undefined) print(net, figures);
      console.log(
        `  best matrix product ${report.bestMatmulGflopPerSecond.toFixed(2)} GFLOP/s on ${report.adapter}`,
      );
      reports.push(report);
    }
    return merged(reports);
  });
}

function merged(reports: readonly EngineReport[]): EngineReport {
  const [first] = reports;
  if (first === undefined) throw new Error("no net was measured");
  return {
    ...first,
    bestMatmulGflopPerSecond: Math.max(...reports.map((report) => report.bestMatmulGflopPerSecond)),
    nets: Object.assign({}, ...reports.map((report) => report.nets)),
    lossParity: Math.max(...reports.map((report) => report.lossParity)),
  };
}

function print(name: string, net: NetReport): void {
  console.log(`Net ${name} (${net.gflopPerStep.toFixed(3)} GFLOP a step)`);
  for (const key of CONTESTANTS) {
    const figures = net[key];
    if (figures !== undefined) console.log(row(key, figures));
    const why = net.missing[key];
    if (why !== undefined) console.log(`  ${key.padEnd(7)} did not take part: ${why}`);
  }
  for (const [ratio, value] of Object.entries(net.ratios)) {
    const [low, high] = net.spread[ratio as keyof NetReport["spread"]] ?? [Number.NaN, Number.NaN];
    console.log(`  ${ratio} ${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)} step by step)`);
  }
}

function row(key: string, figures: Figures): string {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const { jsMs, gpuBytes, lossDifference5, lossDifference } = figures;
  return [
    `  ${key.padEnd(7)} ${ms(figures.medianMs)} a step (${ms(figures.p10Ms)} to ${ms(figures.p90Ms)}, n ${figures.n})`,
    `${figures.gflops.toFixed(2)} GFLOP/s, ${(100 * figures.shareOfBestMatmul).toFixed(0)} % of the best matrix product`,
    `${figures.dispatches} dispatches, ${figures.submits} submits`,
    `${figures.bufferCreations} buffers and ${figures.bindGroupCreations} bind groups created`,
    ...(jsMs === undefined ? [] : [`${jsMs.toFixed(2)} ms JavaScript`]),
    ...(gpuBytes === undefined ? [] : [`${(gpuBytes / 1e6).toFixed(1)} MB`]),
    `built in ${figures.compileSeconds.toFixed(1)} s, first step ${figures.firstStepSeconds.toFixed(1)} s`,
    ...(lossDifference5 === undefined || lossDifference === undefined
      ? []
      : [
          `losses differ by ${lossDifference5.toExponential(1)} (5 steps), ${lossDifference.toExponential(1)} (all)`,
        ]),
  ].join(" · ");
}
