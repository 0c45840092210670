// The command line of `npm run train`: what may be asked, and a clear refusal of anything else.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fineTuning } from "../../src/config/index.ts";
import { err, ok, type Result } from "../../src/core/index.ts";
import { PRETRAINED_MODELS, pretrainedModel } from "../../src/graph/index.ts";
import { root } from "../root.ts";

export const USAGE = `npm run train -- [options]
  --preset P         quick (default), balanced or reference
  --config FILE      JSON file of settings; later options win over it
  --data PATH        own pages: a folder, or a label file with its pictures beside it; without it the built-in pages of the preset
  --images DIR       where the pictures lie, when not beside the labels
  --set path=value   one setting, e.g. --set optimizer.learningRate=0.003; may be repeated
  --steps N          length of the run in steps
  --seed S           seed of the run
  --engine E         auto (default), webgpu, wasm, tfjs-webgpu, tfjs-webgl or tfjs-cpu
  --threads N        processor threads that WebAssembly trains and scores with (default auto: by the machine's cores)
  --init M           begin from ppocrv3-en, ppocrv3-ch, ppocrv4-mobile or an ONNX file instead of random weights
  --freeze F         with --init: head = only the head trains, neck (default) = neck and head train, none = all trains
  --out DIR          folder for what was learnt (model.safetensors, see npm run export) and the report (report.json)
  --report FILE      where the report is written (default: runs/DATE-TIME.json of the project)
  --real-gpu         use this machine's GPU instead of the software adapter
  --browser          run in Chromium also with --engine wasm
With --engine wasm no browser is used: Node trains on the processor. Every other engine, auto included, needs a Chromium.
The same seed and settings repeat exactly in Node, and exactly in one version of Chromium, but not from one to the other:
each draws the built-in pages with its own rasteriser, so their pixels differ a little (the report's device.runtime names it).
Ctrl-C stops at the end of the step and still writes the report.
Exit codes: 0 done, 1 failed (the reason is printed and in the report), 2 wrong arguments.`;

const FREEZE = { head: "head", neck: "neckAndHead", none: "all" } as const;

export interface TrainArguments {
  readonly help: boolean;
  readonly preset: string;
  /** Given on the command line: wins over the settings file. */
  readonly presetWasGiven: boolean;
  readonly configFile: string | undefined;
  readonly data: string | undefined;
  readonly images: string | undefined;
  /** "path=value", in the order given; --steps, --seed and --engine stand at the end. */
  readonly set: readonly string[];
  readonly report: string;
  /** Folder for what was learnt. */
  readonly out: string | undefined;
  /** An ONNX file to begin from. */
  readonly initFile: string | undefined;
  readonly realGpu: boolean;
  /** In Chromium also where it could be done without. */
  readonly browser: boolean;
}

export function parseTrainArguments(args: readonly string[]): Result<TrainArguments, string> {
  let values: Record<string, string | boolean | string[] | undefined>;
  try {
    values = parseArgs({
      args: withNegativeValues(args),
      options: {
        preset: { type: "string" },
        config: { type: "string" },
        data: { type: "string" },
        images: { type: "string" },
        set: { type: "string", multiple: true },
        steps: { type: "string" },
        seed: { type: "string" },
        engine: { type: "string" },
        out: { type: "string" },
        init: { type: "string" },
        freeze: { type: "string" },
        report: { type: "string" },
        threads: { type: "string" },
        "real-gpu": { type: "boolean" },
        browser: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (thrown) {
    return err(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  for (const [name, least] of [
    ["steps", 1],
    ["seed", 0],
    ["threads", 1],
  ] as const) {
    const value = text(name);
    if (value === undefined || (name === "threads" && value === "auto")) continue;
    if (!/^\d+$/.test(value) || Number(value) < least)
      return err(`--${name} must be a whole number of at least ${least}, got "${value}".`);
  }
  const data = text("data");
  if (data !== undefined && !existsSync(data)) return err(`--data: there is no file or folder "${data}".`);
  const images = text("images");
  if (images !== undefined && !(existsSync(images) && statSync(images).isDirectory())) {
    return err(`--images: there is no folder "${images}".`);
  }
  if (images !== undefined && data === undefined) return err("--images needs --data with the labels.");
  const configFile = text("config");
  if (configFile !== undefined && !existsSync(configFile))
    return err(`--config: there is no file "${configFile}".`);
  const out = text("out");
  const report =
    text("report") ?? (out === undefined ? defaultReport() : `${out.replace(/\/+$/, "")}/report.json`);

  const init = text("init");
  const isNamed = init !== undefined && pretrainedModel(init) !== undefined;
  if (init !== undefined && !isNamed && !existsSync(init)) {
    return err(
      `--init: there is no file "${init}" and no model of that name (${PRETRAINED_MODELS.map(({ name }) => name).join(", ")}).`,
    );
  }
  const freeze = text("freeze") ?? "neck";
  if (!Object.hasOwn(FREEZE, freeze)) return err(`--freeze must be head, neck or none, got "${freeze}".`);
  const wanted = fineTuning(FREEZE[freeze as keyof typeof FREEZE]);
  const trains = Object.entries(wanted).map(([path, value]) => `${path}=${value}`);
  if (text("freeze") !== undefined && init === undefined) return err("--freeze needs --init with a model.");

  // What a pretrained detector wants of the optimiser stands first, so that --set wins over it.
  const set = init === undefined ? [] : [`model.init=${isNamed ? init : "file"}`, ...trains];
  if (Array.isArray(values.set)) set.push(...values.set);
  if (data !== undefined) set.push("data.set=own");
  const steps = text("steps");
  if (steps !== undefined) set.push("train.length.unit=steps", `train.length.count=${steps}`);
  const seed = text("seed");
  if (seed !== undefined) set.push(`train.seed=${seed}`);
  const engine = text("engine");
  if (engine !== undefined) set.push(`engine.kind=${engine}`);
  const threads = text("threads");
  if (threads !== undefined) set.push(`engine.threads=${threads}`);
  return ok({
    help: values.help === true,
    preset: text("preset") ?? "quick",
    presetWasGiven: text("preset") !== undefined,
    configFile,
    data,
    images,
    set,
    report,
    out,
    initFile: isNamed ? undefined : init,
    realGpu: values["real-gpu"] === true,
    browser: values.browser === true,
  });
}

/** `--steps -1` as `--steps=-1`: the parser would take the number for an option, and its message helps nobody. */
function withNegativeValues(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? "";
    const isValue = /^-\d/.test(arg) && /^--[a-z-]+$/.test(before);
    if (isValue) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** "runs/20260131-235959.json" in the project. */
function defaultReport(): string {
  const time = new Date()
    .toISOString()
    .replace(/[-:]|\..*/g, "")
    .replace("T", "-");
  return join(root, "runs", `${time}.json`);
}

/** The parsed settings file. Throws with the file's name when it is not JSON. */
export function readConfigFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (thrown) {
    throw new Error(`${path} is not JSON: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
}
