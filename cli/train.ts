// `npm run train`: the playground without a screen, in a headless Chromium or, on the WASM engine, in Node alone. Prints how it
// goes and writes one report.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
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
import { readOnnx } from "../src/exchange/index.ts";
import { buildGraph, describeGraph, type Graph } from "../src/graph/index.ts";
import { loadModelFile } from "./models/files.ts";
import type { RunState } from "../src/protocol/index.ts";
import { parseTrainArguments, readConfigFile, type TrainArguments, USAGE } from "./train/arguments.ts";
import { collectFiles } from "./train/files.ts";
import { trainInBrowser } from "./train/in-browser.ts";
import { hearInterrupts } from "./train/interrupts.ts";
import { buildReport, writeReport } from "./train/report.ts";
import type { Seen } from "./train/seen.ts";

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
  const options = parsed.value;
  const files = options.data === undefined ? null : collectFiles(options.data, options.images);
  const start = performance.now();
  const seen: Seen = { losses: [], snapshot: undefined, counters: null, failure: null, runtime: null };
  const interrupt = hearInterrupts();
  const name = options.data === undefined ? "" : basename(options.data);
  const { initFile, out } = options;
  const modelFile = initFile === undefined ? null : { path: basename(initFile), fullPath: initFile };
  const wantsModel = out !== undefined;
  const wishes = { resolved: resolution.resolved, files, name, modelFile, wantsModel };
  try {
    if (needsNoBrowser(resolution, options)) {
      // Loaded when it is used: a machine without the canvas library can still train in Chromium.
      const { trainInNode } = await import("./train/in-node.ts");
      await trainInNode(wishes, seen, interrupt);
    } else await trainInBrowser(wishes, options.realGpu, seen, interrupt);
  } catch (thrown) {
    seen.failure = failureOf(thrown);
  } finally {
    interrupt.forget();
  }
  return conclude(seen, resolution, options, performance.now() - start, interrupt.came());
}

/** Only the WASM engine runs without one; whoever wants the page's own rasteriser or a GPU asks for the browser. */
function needsNoBrowser({ resolved }: Resolution, { browser, realGpu }: TrainArguments): boolean {
  return resolved.config.engine.kind === "wasm" && !browser && !realGpu;
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

/** Prints the end, writes the report, answers the exit code. */
function conclude(
  { snapshot, counters, losses, failure, runtime, model }: Seen,
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
    model: describeGraph(startGraph(config.model, options), config.model.inputSizePx),
    engine: snapshot?.engine ?? null,
    runtime,
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
  if (options.out !== undefined && model !== undefined) {
    mkdirSync(options.out, { recursive: true });
    writeFileSync(join(options.out, "model.safetensors"), model);
    console.log(`Model: ${join(options.out, "model.safetensors")}`);
  }
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

/** The network that the run began with. */
function startGraph(model: Resolution["resolved"]["config"]["model"], { initFile }: TrainArguments): Graph {
  if (model.init === "scratch") return buildGraph(model.name);
  const file = loadModelFile(initFile ?? model.init);
  const { detector } = readOnnx(file.bytes, file);
  return detector.ok ? detector.value.graph : buildGraph(model.name);
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
