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
import { buildGraph, describeGraph } from "../src/graph/index.ts";
import type { LossPoint, RunCounters } from "../src/protocol/index.ts";
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
  if (await buildApp()) console.log("Built the playground.");
  const app = await serveApp(4300, files === null ? [] : [serveFiles(files)]);
  try {
    const opened = await openPlayground(`${app.url}?automation`, parsed.value.realGpu);
    try {
      return await drive(opened, resolution, files, parsed.value);
    } finally {
      await opened.close();
    }
  } catch (thrown) {
    console.error(`Training failed: ${thrown instanceof Error ? thrown.message : thrown}`);
    return 1;
  } finally {
    await app.close();
  }
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
}

async function drive(
  { page }: OpenPage,
  { resolved, warnings }: Resolution,
  files: readonly LocalFile[] | null,
  options: TrainArguments,
): Promise<number> {
  const start = performance.now();
  const seen: Seen = { losses: [], snapshot: undefined, counters: null };
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    console.log("Stopping at the end of the step …");
    page.evaluate(() => window.playground?.stop()).catch(() => undefined);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const crashed = new Promise<never>((_resolve, reject) => {
    page.on("crash", () => reject(new Error("the page crashed")));
    page.on("close", () => reject(new Error("the browser was closed")));
  });
  crashed.catch(() => undefined);
  try {
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
      for (const evaluation of snapshot.evaluations.slice(evaluations))
        console.log(evaluationLine(evaluation));
      evaluations = snapshot.evaluations.length;
      const isNew = seen.losses.length > printedLosses && performance.now() - printedMs > PROGRESS_MS;
      if (snapshot.timing !== null && isNew) {
        printedMs = performance.now();
        printedLosses = seen.losses.length;
        console.log(progressLine(snapshot.timing, seen.losses.at(-1), snapshot.evaluations.at(-1)));
      }
      if (failure !== undefined) throw failure;
      if (snapshot.state.kind === "finished" || snapshot.state.kind === "failed") break;
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
    await look(page, seen);
    seen.counters = await page.evaluate(() => window.playground?.counters() ?? null);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
  return conclude(seen, { resolved, warnings }, options, performance.now() - start);
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
function conclude(seen: Seen, resolution: Resolution, options: TrainArguments, wallMs: number): number {
  const { snapshot, counters, losses } = seen;
  if (snapshot === undefined) return 1;
  const { config } = resolution.resolved;
  const report = buildReport({
    resolved: resolution.resolved,
    dataset: snapshot.dataset,
    model: describeGraph(buildGraph(config.model.name), config.model.inputSizePx),
    engine: snapshot.engine,
    state: snapshot.state,
    wallMs,
    losses,
    evaluations: snapshot.evaluations,
    counters,
    warnings: [
      ...resolution.warnings.map(({ path, sentence }) => `${path}: ${sentence}`),
      ...snapshot.log.filter(({ level }) => level !== "info").map(({ text }) => text),
    ],
  });
  if (options.report !== undefined) {
    writeReport(options.report, report);
    console.log(`Report: ${options.report}`);
  }
  if (snapshot.state.kind === "failed") {
    const { message, what, next } = snapshot.state.error;
    console.error(`Training failed: ${message}${what === "" ? "" : ` (${what})`} ${next}`.trimEnd());
    return 1;
  }
  console.log(
    `Done: ${losses.length} steps in ${(wallMs / 1000).toFixed(0)} s on ${snapshot.engine?.label ?? "—"}.`,
  );
  return 0;
}
