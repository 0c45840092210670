// The settings the next run will take: layers of values over a preset, resolved by config/. A change that breaks a rule is
// mended by the rule's own change, with a notice; one that cannot be mended is not taken, and the reason is kept.

import {
  type Config,
  diffFromPreset,
  FIELDS,
  type Field,
  type FieldPath,
  type FieldValue,
  type LayerInput,
  leavesOf,
  type OpenedLink,
  type PresetName,
  type Problem,
  type ResolvedConfig,
  resolveConfig,
  resolveOrThrow,
} from "../config/index.ts";

type Values = Readonly<Partial<Record<FieldPath, FieldValue>>>;

interface GivenLayer {
  readonly layer: LayerInput["layer"];
  readonly from: string;
  readonly values: Values;
}

export interface SettingsSlice {
  /** Always valid. */
  readonly resolved: ResolvedConfig;
  /** Values over the preset, later ones win; what is set on the screen is the last layer. */
  readonly layers: readonly GivenLayer[];
  /** Rules that do not forbid the run but say what it will not show. */
  readonly warnings: readonly Problem[];
  /** Why the last change was not taken, or what was changed along with it; empty when all went as asked. */
  readonly notices: readonly string[];
}

const SCREEN = { layer: "screen", from: "you" } as const;

export const initialSettings: SettingsSlice = {
  ...resolveOrThrow({ preset: "quick", layers: [] }),
  layers: [],
  notices: [],
};

/** A value set on the screen. A value that the other layers give anyway is forgotten, so that its provenance is true. */
export function withValue(settings: SettingsSlice, path: FieldPath, value: FieldValue): SettingsSlice {
  const others = settings.layers.filter(({ layer }) => layer !== "screen");
  const screen: Values = settings.layers.find(({ layer }) => layer === "screen")?.values ?? {};
  return settle(settings, others, { ...screen, [path]: value }, path);
}

/** Several values set at once, each as `withValue`; the notices of all. */
export function withValues(settings: SettingsSlice, values: Values): SettingsSlice {
  let now = settings;
  const notices: string[] = [];
  for (const [path, value] of Object.entries(values)) {
    now = withValue(now, path as FieldPath, value);
    notices.push(...now.notices);
  }
  return { ...now, notices };
}

/** Another preset; everything that was set over the old one goes. */
export function withPreset(settings: SettingsSlice, preset: PresetName): SettingsSlice {
  return { ...settings, ...resolveOrThrow({ preset, layers: [] }), layers: [], notices: [] };
}

/** What a link means, with its notices. */
export function withLink(link: OpenedLink): SettingsSlice {
  const { resolved, warnings, notices } = link;
  return {
    resolved,
    warnings,
    layers: layersOf(resolved),
    notices: notices.map(({ key, sentence }) => `${key}: ${sentence}`),
  };
}

/** A configuration that was resolved elsewhere, taken as it is. */
export function withResolved(resolved: ResolvedConfig): SettingsSlice {
  return { resolved, layers: layersOf(resolved), warnings: [], notices: [] };
}

/** Settings of the next run that differ from those of the running one and need a new run. */
export function changedForRestart(started: Config, next: Config): readonly Field[] {
  const before = leavesOf(started);
  const after = leavesOf(next);
  return FIELDS.filter(
    ({ path, takesEffect }) => takesEffect === "restart" && before.get(path) !== after.get(path),
  );
}

function settle(
  settings: SettingsSlice,
  others: readonly GivenLayer[],
  screen: Values,
  changed: FieldPath,
): SettingsSlice {
  const preset = settings.resolved.preset;
  const values: Partial<Record<FieldPath, FieldValue>> = { ...screen };
  const notices: string[] = [];
  // Each round makes the changes that the broken rules offer; a rule that breaks another one ends in the refusal below.
  for (let round = 0; round < 5; round++) {
    const given = [...others, { ...SCREEN, values: withoutDefaults(preset, others, values) }];
    const result = resolveConfig({ preset, layers: given });
    if (result.ok) {
      const layers = given.filter((layer) => Object.keys(layer.values).length > 0);
      return { ...result.value, layers, notices };
    }
    for (const problem of result.error) {
      if (problem.fix.length === 0) {
        return { ...settings, notices: [`${problem.path} ${problem.sentence} It was left as it was.`] };
      }
      for (const { path, value } of problem.fix) {
        if (value === null) delete values[path];
        else values[path] = value;
        notices.push(`${problem.path} ${problem.sentence} ${changeSentence(path, value)}`);
      }
    }
  }
  return { ...settings, notices: [`${changed} contradicts other settings. It was left as it was.`] };
}

function changeSentence(path: FieldPath, value: FieldValue | null): string {
  return value === null ? `${path} was left out.` : `${path} was set to ${value}.`;
}

/** Leaves out what the layers below say already. */
function withoutDefaults(preset: PresetName, others: readonly GivenLayer[], values: Values): Values {
  const below = resolveConfig({ preset, layers: others });
  if (!below.ok) return values;
  const leaves = leavesOf(below.value.resolved.config);
  const kept = Object.entries(values).filter(([path, value]) => leaves.get(path as FieldPath) !== value);
  return Object.fromEntries(kept);
}

/** Values that differ from the preset, grouped by the layer that gave them. */
function layersOf(resolved: ResolvedConfig): GivenLayer[] {
  const layers = new Map<string, GivenLayer>();
  for (const { path, value } of diffFromPreset(resolved)) {
    const { layer, from } = resolved.provenance[path] ?? SCREEN;
    if (layer === "preset") continue;
    const key = `${layer} ${from}`;
    const values = { ...layers.get(key)?.values, [path]: value };
    layers.set(key, { layer, from, values });
  }
  return [...layers.values()];
}
