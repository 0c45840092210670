// Layers → one checked configuration. A later layer wins: preset < file < command line, screen or link. Every leaf knows
// where it came from, `${path}` takes another leaf's value, and all problems are found at once, each with its path.

import { err, ok, type Result } from "../core/index.ts";
import type { FieldPath, FieldValue } from "./fields.ts";
import { type GivenValue, readLayer } from "./layer.ts";
import { configFrom, presetLeaves } from "./leaves.ts";
import { configError, type Problem, shown } from "./problem.ts";
import { followReferences } from "./references.ts";
import { findingsOf } from "./rules.ts";
import { FIELDS } from "./table/table.ts";
import type { Layer, PresetName, Provenance, ResolvedConfig } from "./types.ts";
import { checkValue } from "./value.ts";

export const PRESET_NAMES: readonly PresetName[] = ["quick", "balanced", "reference"];

export interface LayerInput {
  readonly layer: Exclude<Layer, "preset">;
  /** For people: "runs/my.json", "--set". */
  readonly from: string;
  /**
   * Foreign data: an object, nested or with dotted keys, or a Map by dotted path. The key "preset" at the top
   * chooses the preset.
   */
  readonly values: unknown;
}

export interface ResolveRequest {
  /** Wins over a "preset" that a layer names; "quick" where nobody names one. */
  readonly preset?: PresetName;
  /** Later layers of the same rank win. */
  readonly layers: readonly LayerInput[];
  /** Pages of the training split where they are known; some rules need them. */
  readonly trainPages?: number;
}

export interface Resolution {
  readonly resolved: ResolvedConfig;
  readonly warnings: readonly Problem[];
}

const rank: Readonly<Record<Layer, number>> = { preset: 0, file: 1, "command line": 2, screen: 2, link: 2 };

/** The configuration of a run, or every problem that keeps it from being one. Never throws. */
export function resolveConfig(request: ResolveRequest): Result<Resolution, readonly Problem[]> {
  const errors: Problem[] = [];
  const warnings: Problem[] = [];
  const layers = [...request.layers].sort((a, b) => rank[a.layer] - rank[b.layer]).map(readLayer);
  for (const layer of layers) errors.push(...layer.problems);

  const preset = choosePreset(request, layers, errors);
  const given = new Map<FieldPath, GivenValue>();
  const origin: Provenance = { layer: "preset", from: `preset ${preset}` };
  for (const [path, value] of presetLeaves(preset)) given.set(path, { value, provenance: origin });
  for (const layer of layers) for (const [path, value] of layer.values) given.set(path, value);

  const followed = followReferences(given);
  errors.push(...followed.problems);
  const bad = new Set(followed.problems.map((problem) => problem.path));

  const leaves = presetLeaves(preset);
  const provenance: Partial<Record<FieldPath, Provenance>> = {};
  for (const { path, type } of FIELDS) {
    const entry = followed.values.get(path);
    if (entry === undefined) continue;
    provenance[path] = entry.provenance;
    const checked = checkValue(type, entry.value);
    if (checked.ok) leaves.set(path, checked.value);
    else {
      bad.add(path);
      errors.push({ path, sentence: checked.error, from: entry.provenance.from, fix: [] });
    }
  }

  const prefetch = judgePrefetch(leaves, provenance, warnings);
  const config = configFrom(leaves);
  const trainPages = request.trainPages ?? null;
  for (const { rule, finding } of findingsOf({ config, trainPages, isPrefetchAsked: prefetch })) {
    if (rule.fields.some((path) => bad.has(path))) continue;
    const from = rule.fields.map((path) => provenance[path]?.from).find((text) => text !== origin.from);
    const problem = { path: rule.fields[0], ...finding, from: from ?? origin.from };
    (rule.severity === "error" ? errors : warnings).push(problem);
  }

  if (errors.length > 0) return err(errors);
  if (config.loader.workers === 0) delete provenance["loader.prefetch"];
  return ok({
    resolved: { preset, config, provenance: provenance as ResolvedConfig["provenance"] },
    warnings,
  });
}

/** As `resolveConfig`; throws one PlaygroundError ("bad-config") that lists every problem. */
export function resolveOrThrow(request: ResolveRequest): Resolution {
  const result = resolveConfig(request);
  if (!result.ok) throw configError(result.error);
  return result.value;
}

function choosePreset(
  request: ResolveRequest,
  layers: readonly ReturnType<typeof readLayer>[],
  errors: Problem[],
): PresetName {
  let chosen: PresetName = "quick";
  for (const { preset, from } of layers) {
    if (preset === undefined) continue;
    const known = PRESET_NAMES.find((name) => name === preset);
    if (known !== undefined) chosen = known;
    else {
      const names = PRESET_NAMES.map((name) => `"${name}"`).join(", ");
      errors.push({
        path: "preset",
        sentence: `is ${shown(preset)}, but must be one of ${names}.`,
        from,
        fix: [],
      });
    }
  }
  return request.preset ?? chosen;
}

/** Whether a prefetch was asked for that 0 loaders contradict. One that a lower layer gave is left out, with a warning. */
function judgePrefetch(
  leaves: ReadonlyMap<FieldPath, FieldValue>,
  provenance: Partial<Record<FieldPath, Provenance>>,
  warnings: Problem[],
): boolean {
  const asked = provenance["loader.prefetch"];
  const workers = provenance["loader.workers"];
  if (leaves.get("loader.workers") !== 0 || asked === undefined || asked.layer === "preset") return false;
  if (workers === undefined || rank[asked.layer] >= rank[workers.layer]) return true;
  const sentence = `from ${asked.from} is left out, because ${workers.from} asks for 0 loaders.`;
  warnings.push({ path: "loader.prefetch", sentence, from: asked.from, fix: [] });
  return false;
}
