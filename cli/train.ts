// `npm run train`: the playground without a screen. Serves the built app, drives it in a headless Chromium through
// `window.playground`, prints how it goes and writes one report.

import { basename } from "node:path";
import type { AutomationSnapshot } from "../src/client/index.ts";
import {
  type LayerInput,
  parseSetArguments,
  PRESET_NAMES,
  type PresetName,
  type Problem,
  type Resolution,
  resolveConfig,
} from "../src/config/index.ts";
import { PlaygroundError } from "../src/core/index.ts";
import { buildGraph, describeGraph } from "../src/graph/index.ts";
import type { LossPoint, RunCounters, RunState } from "../src/protocol/index.ts";
import { buildApp, serveApp } from "./serve.ts";
import { parseTrainArguments, readConfigFile, type TrainArguments, USAGE } from "./train/arguments.ts";
import { openPlayground, type OpenPage } from "./train/browser.ts";
import { collectFiles, fileAddress, type LocalFile, serveFiles } from "./train/files.ts";
import { evaluationLine, progressLine } from "./train/progress.ts";
import { buildReport, writeReport } from "./train/report.ts";

const POLL_MS = 500;
const PROGRESS_MS = 2000;

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseTrainArguments(args);
  if (!parsed.ok) return wrongArguments(parsed.error);
  if (parsed.value.help) {
    console.log(USAGE);
    return 0;
  }
  let resolution: Resolution;
  try {
    const resolved = resolve(parsed.value);
    if (typeof resolved === "string") return wrongArguments(resolved);
    resolution = resolved;
  } catch (thrown) {
    return wrongArguments(thrown instanceof Error ? thrown.message : String(thrown));
  }
  for (const { path, sentence } of resolution.warnings) console.log(`note: ${path}: ${sentence}`);
  const files = parsed.value.data === undefined ? null : collectFiles(parsed.value.data, parsed.value.images);
  const start = performance.now();
  const seen: Seen = { losses: [], snapshot: undefined, counters: null, failure: null };
  const interrupt = hearInterrupts();
  try {
    if (await buildApp()) console.log("Built the playground.");
    const app = await serveApp(4300, files === null ? [] : [serveFiles(files)]);
    try {
      const opened = await openPlayground(`${app.url}?automation`, parsed.value.realGpu);
      try {
        await drive(opened, resolution, files, parsed.value, seen, interrupt);
      } finally {
        await opened.close();
      }
    } finally {
      await app.close();
    }
  } catch (thrown) {
    seen.failure = failureOf(thrown);
  } finally {
    interrupt.forget();
  }
  return conclude(seen, resolution, parsed.value, performance.now() - start, interrupt.came());
}

interface Interrupts {
  came(): boolean;
  /** Called at the first Ctrl-C, at once when it came already. */
  whenCame(stop: () => void): void;
  forget(): void;
}

/** Ctrl-C from the first moment on: before the run has begun it means "do not begin". */
function hearInterrupts(): Interrupts {
  let came = false;
  let stop = (): void => undefined;
  const hear = (): void => {
    if (came) return;
    came = true;
    console.log("Stopping at the end of the step …");
    stop();
  };
  process.on("SIGINT", hear);
  process.on("SIGTERM", hear);
  return {
    came: () => came,
    whenCame: (next) => {
      stop = next;
      if (came) stop();
    },
    forget: () => {
      process.off("SIGINT", hear);
      process.off("SIGTERM", hear);
    },
  };
}

/** What went wrong in one sentence, without the frame that the browser's driver puts around it. */
function failureOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return (text.split("\n")[0] ?? "").replace(/^page\.evaluate: (\w*Error: )?/, "");
}

function wrongArguments(sentence: string): number {
  console.error(`${sentence}\n\n${USAGE}`);
  return 2;
}

/** The configuration, or a sentence that says what is wrong with what was asked. */
function resolve(options: TrainArguments): Resolution | string {
  const preset = PRESET_NAMES.find((name) => name === options.preset);
  if (preset === undefined)
    return `--preset must be one of ${PRESET_NAMES.join(", ")}; got "${options.preset}".`;
  const layers: LayerInput[] = [];
  if (options.configFile !== undefined) {
    layers.push({ layer: "file", from: options.configFile, values: readConfigFile(options.configFile) });
  }
  const set = parseSetArguments(options.set, "command line");
  if (!set.ok) return sentences(set.error);
  layers.push(set.value);
  const request: { preset?: PresetName; layers: LayerInput[] } = { layers };
  if (options.configFile === undefined || options.presetWasGiven) request.preset = preset;
  const resolved = resolveConfig(request);
  return resolved.ok ? resolved.value : sentences(resolved.error);
}

function sentences(problems: readonly Problem[]): string {
  return problems.map(({ path, sentence, from }) => `${path}: ${sentence} (${from})`).join("\n");
}

interface Seen {
  readonly losses: LossPoint[];
  snapshot: AutomationSnapshot | undefined;
  counters: RunCounters | null;
  /** Why the run could not begin or go on, where the page did not say it as a state. */
  failure: string | null;
}

async function drive(
  { page }: OpenPage,
  { resolved }: Resolution,
  files: readonly LocalFile[] | null,
  options: TrainArguments,
  seen: Seen,
  interrupt: Interrupts,
): Promise<void> {
  if (interrupt.came()) return;
  interrupt.whenCame(() => {
    page.evaluate(() => window.playground?.stop()).catch(() => undefined);
  });
  const crashed = new Promise<never>((_resolve, reject) => {
    page.on("crash", () => reject(new Error("the page crashed")));
    page.on("close", () => reject(new Error("the browser was closed")));
  });
  crashed.catch(() => undefined);
  const begun = page.evaluate(
    async ({ config, paths, name }) => {
      // No named function in here: the bundler would call a helper that the page does not have.
      const local =
        paths === undefined
          ? null
          : await Promise.all(
              paths.map(async ({ path, address }) => {
                const answer = await fetch(address);
                if (!answer.ok) throw new Error(`${path} could not be read (${answer.status})`);
                return new File([await answer.blob()], path);
              }),
            );
      await window.playground?.run(config, local, name);
    },
    {
      config: resolved,
      paths: files?.map(({ path }, i) => ({ path, address: fileAddress(i) })),
      name: options.data === undefined ? "" : basename(options.data),
    },
  );
  let failure: unknown;
  begun.catch((thrown: unknown) => {
    failure = thrown;
  });
  let printedMs = 0;
  let printedLosses = 0;
  let evaluations = 0;
  for (;;) {
    const snapshot = await Promise.race([look(page, seen), crashed]);
    for (const evaluation of snapshot.evaluations.slice(evaluations)) console.log(evaluationLine(evaluation));
    evaluations = snapshot.evaluations.length;
    const isNew = seen.losses.length > printedLosses && performance.now() - printedMs > PROGRESS_MS;
    if (snapshot.timing !== null && isNew) {
      printedMs = performance.now();
      printedLosses = seen.losses.length;
      console.log(progressLine(snapshot.timing, seen.losses.at(-1), snapshot.evaluations.at(-1)));
    }
    if (failure !== undefined) throw failure;
    const { kind } = snapshot.state;
    if (kind === "finished" || kind === "failed") break;
    if (interrupt.came()) {
      if (kind === "idle") return;
      await page.evaluate(() => window.playground?.stop());
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  await look(page, seen);
  seen.counters = await page.evaluate(() => window.playground?.counters() ?? null);
}

/** Takes what the page knows now and keeps the loss points that are new. */
async function look(page: OpenPage["page"], seen: Seen): Promise<AutomationSnapshot> {
  const snapshot = await page.evaluate((since) => window.playground?.snapshot(since), seen.losses.length);
  if (snapshot === undefined) throw new Error("the page lost its automation surface");
  seen.losses.push(...snapshot.losses);
  seen.snapshot = snapshot;
  return snapshot;
}

/** Prints the end, writes the report, answers the exit code. */
function conclude(
  { snapshot, counters, losses, failure }: Seen,
  { resolved, warnings }: Resolution,
  options: TrainArguments,
  wallMs: number,
  wasInterrupted: boolean,
): number {
  const { config } = resolved;
  const state = endOf(snapshot?.state, failure);
  const refused = snapshot?.dataset?.reports.filter(({ verdict }) => verdict !== "accepted") ?? [];
  const report = buildReport({
    resolved,
    dataset: snapshot?.dataset ?? null,
    model: describeGraph(buildGraph(config.model.name), config.model.inputSizePx),
    engine: snapshot?.engine ?? null,
    state,
    wallMs,
    losses,
    evaluations: snapshot?.evaluations ?? [],
    counters,
    warnings: [
      ...warnings.map(({ path, sentence }) => `${path}: ${sentence}`),
      ...(snapshot?.log ?? []).filter(({ level }) => level !== "info").map(({ text }) => text),
      ...refused.map(({ file, reasons }) => `${file}: ${reasons.join("; ")}`),
    ],
  });
  writeReport(options.report, report);
  console.log(`Report: ${options.report}`);
  if (state.kind === "failed") {
    const { message, what, next } = state.error;
    console.error(`Training failed: ${message}${what === "" ? "" : ` (${what})`} ${next}`.trimEnd());
    for (const { file, reasons } of refused) console.error(`  ${file}: ${reasons.join("; ")}`);
    return 1;
  }
  const steps = `${losses.length} steps in ${(wallMs / 1000).toFixed(0)} s on ${snapshot?.engine?.label ?? "—"}`;
  const planned = snapshot?.timing?.plannedSteps;
  console.log(wasInterrupted ? `Stopped: ${steps}, of ${planned ?? "none"} planned.` : `Done: ${steps}.`);
  return 0;
}

/** The run's last state; a failure outside it is one too, and a run that never began was stopped. */
function endOf(state: RunState | undefined, failure: string | null): RunState {
  if (state?.kind === "failed") return state;
  if (failure !== null) {
    const error = new PlaygroundError({ code: "internal", message: failure, doing: "starting the run" });
    return { kind: "failed", step: 0, error: error.data };
  }
  return state === undefined || state.kind === "idle"
    ? { kind: "finished", step: 0, reason: "stopped" }
    : state;
}
