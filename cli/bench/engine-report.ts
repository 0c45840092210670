// What the engine benchmark measures, as data that the page hands to the command line.

export const NETS = ["A", "B", "S"] as const;
export type NetName = (typeof NETS)[number];

/** Milliseconds of one training step until its loss can be read. */
export interface Times {
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
  readonly n: number;
}

/** What one training step asks of the device. */
export interface StepCounts {
  readonly dispatches: number;
  readonly submits: number;
  readonly bufferCreations: number;
  readonly bindGroupCreations: number;
}

export interface EngineFigures extends Times, StepCounts {
  /** Synchronous JavaScript of `step`, median. */
  readonly jsMs: number;
  readonly gpuBytes: number;
  readonly compileSeconds: number;
}

export interface NetReport {
  readonly gflopPerStep: number;
  readonly tfjs: EngineFigures;
  readonly ours: EngineFigures & { readonly gflopPerSecond: number; readonly shareOfBestMatmul: number };
  /** Medians of the ratios of neighbouring steps, with their 10th and 90th percentile. */
  readonly ratios: {
    readonly tfjsOverOurs: number;
    readonly tfjsOverOursP10: number;
    readonly tfjsOverOursP90: number;
  };
  /** Largest relative difference of the total loss over the first 5 steps, and over all. */
  readonly lossParity: { readonly first5: number; readonly all: number; readonly steps: number };
}

export interface EngineReport {
  readonly adapter: string;
  readonly userAgent: string;
  readonly bestMatmulGflopPerSecond: number;
  readonly nets: Partial<Record<NetName, NetReport>>;
  readonly lossParity: number;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))] ?? Number.NaN;
}

export function timesOf(values: readonly number[]): Times {
  const [p10Ms, medianMs, p90Ms] = [0.1, 0.5, 0.9].map((share) => percentile(values, share));
  return { medianMs: medianMs ?? 0, p10Ms: p10Ms ?? 0, p90Ms: p90Ms ?? 0, n: values.length };
}
