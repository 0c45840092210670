// A configuration as the hash of a link and back: `#c=quick&optimizer.learningRate=0.003&v=1`, flat dotted keys, sorted,
// only what differs from the preset. Opening never fails: what a link cannot mean is listed, what is out of range is clamped.

import type { FieldPath, FieldValue } from "./fields.ts";
import { isLabKey, type LabAsked, type LabLink, labParts, readLabPart } from "./lab-link.ts";
import { unknownSentence } from "./layer.ts";
import { leavesOf, presetLeaves } from "./leaves.ts";
import { type Change, shown } from "./problem.ts";
import { type Resolution, PRESET_NAMES, resolveConfig } from "./resolve.ts";
import { findField } from "./table/table.ts";
import type { PresetName, ResolvedConfig } from "./types.ts";
import { checkValue, clampValue, fromText } from "./value.ts";

export const LINK_VERSION = 1;

/** A link longer than this is not read. */
const MAX_LENGTH = 8000;

export interface DifferingField {
  readonly path: FieldPath;
  readonly value: FieldValue;
  readonly presetValue: FieldValue;
}

export interface LinkNotice {
  /** The key as the link has it. */
  readonly key: string;
  readonly sentence: string;
}

export interface DecodedLink {
  readonly preset: PresetName;
  readonly values: ReadonlyMap<FieldPath, FieldValue>;
  /** Null where the link says nothing of the Assessment lab. */
  readonly lab: LabLink | null;
  readonly notices: readonly LinkNotice[];
}

export interface OpenedLink extends Resolution {
  readonly lab: LabLink | null;
  readonly notices: readonly LinkNotice[];
}

/** The leaves that differ from the preset, sorted by path. */
export function diffFromPreset(resolved: Pick<ResolvedConfig, "preset" | "config">): DifferingField[] {
  const preset = presetLeaves(resolved.preset);
  const differing: DifferingField[] = [];
  for (const [path, value] of leavesOf(resolved.config)) {
    const presetValue = preset.get(path);
    if (presetValue !== undefined && presetValue !== value) differing.push({ path, value, presetValue });
  }
  return differing.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The hash, "#" included. Own pages cannot be in it; only that the set is "own". `lab`: with what is asked of the lab, where it differs
 * from the defaults; `opensLab`: with all of it, and the lab is shown.
 */
export function encodeLink(
  resolved: Pick<ResolvedConfig, "preset" | "config">,
  lab?: LabAsked,
  opensLab = false,
): string {
  const parts = [`c=${resolved.preset}`];
  for (const { path, value } of diffFromPreset(resolved)) {
    parts.push(`${path}=${encodeURIComponent(String(value))}`);
  }
  if (lab !== undefined) parts.push(...labParts(lab, opensLab));
  return `#${[...parts, `v=${LINK_VERSION}`].join("&")}`;
}

/** Reads a hash value by value. Never throws; whatever is not taken exactly as written has a notice. */
export function decodeLink(hash: string): DecodedLink {
  const notices: LinkNotice[] = [];
  const values = new Map<FieldPath, FieldValue>();
  let preset: PresetName = "quick";
  let lab: LabLink | null = null;
  const notice = (key: string, sentence: string) => notices.push({ key: key.slice(0, 80), sentence });

  const text = hash.replace(/^#/, "");
  if (text.length > MAX_LENGTH) {
    notice("(whole)", `The link has ${text.length} characters; more than ${MAX_LENGTH} are not read.`);
    return { preset, values, lab, notices };
  }
  const seen = new Set<string>();
  for (const part of text.split("&")) {
    if (part === "") continue;
    const cut = part.indexOf("=");
    const key = unescaped(cut < 0 ? part : part.slice(0, cut));
    const value = cut < 0 ? undefined : unescaped(part.slice(cut + 1));
    if (key === undefined || value === undefined) {
      notice(part, "is not of the form key=value and was left out.");
      continue;
    }
    if (seen.has(key)) notice(key, "is in the link twice; the last one counts.");
    seen.add(key);
    if (key === "c") {
      const known = PRESET_NAMES.find((name) => name === value);
      if (known === undefined) notice(key, `${shown(value)} is not a preset; "quick" was opened.`);
      preset = known ?? "quick";
    } else if (key === "v") {
      if (value !== String(LINK_VERSION)) {
        notice(key, `The link is of version ${shown(value)}, this page reads version ${LINK_VERSION}.`);
      }
    } else if (isLabKey(key)) {
      lab = readLabPart(lab ?? { wishes: {}, isOpen: false }, key, value, notice);
    } else readValue(key, value, values, notice);
  }
  return { preset, values, lab, notices };
}

/** The configuration that a link means. Never throws: where rules between settings are broken, their automatic change is made and noted. */
export function openLink(hash: string): OpenedLink {
  const { preset, values: decoded, lab, notices: decodedNotices } = decodeLink(hash);
  const values = new Map(decoded);
  const notices = [...decodedNotices];
  for (let round = 0; round < 10; round++) {
    const result = resolveConfig({ preset, layers: [{ layer: "link", from: "the link", values }] });
    if (result.ok) return { ...result.value, lab, notices };
    for (const { path, sentence, fix } of result.error) {
      notices.push({ key: path, sentence: `${sentence} ${changeSentence(fix)}` });
      if (fix.length === 0) values.delete(path as FieldPath);
      for (const change of fix) {
        if (change.value === null) values.delete(change.path);
        else values.set(change.path, change.value);
      }
    }
  }
  const plain = resolveConfig({ preset, layers: [] });
  if (!plain.ok) throw new Error(`preset ${preset} breaks its own rules`);
  notices.push({ key: "(whole)", sentence: "The settings contradict each other; the preset was opened." });
  return { ...plain.value, lab, notices };
}

function readValue(
  key: string,
  text: string,
  values: Map<FieldPath, FieldValue>,
  notice: (key: string, sentence: string) => void,
): void {
  const field = findField(key);
  if (field === undefined) {
    notice(key, `${unknownSentence(key)} It was left out.`);
    return;
  }
  const value = fromText(field.type, text);
  const checked = checkValue(field.type, value);
  if (checked.ok) {
    values.set(field.path, checked.value);
    return;
  }
  const clamped = clampValue(field.type, value);
  if (clamped === undefined) notice(key, `${checked.error} It was left out.`);
  else {
    values.set(field.path, clamped);
    notice(key, `${checked.error} It was set to ${clamped}.`);
  }
}

function changeSentence(fix: readonly Change[]): string {
  if (fix.length === 0) return "It was left out.";
  const changes = fix.map((c) =>
    c.value === null ? `${c.path} was left out` : `${c.path} was set to ${c.value}`,
  );
  return `${changes.join(" and ")}.`;
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
