// What is said about a setting that cannot stay as it was given, and the one error that carries all of it.

import { PlaygroundError } from "../core/index.ts";
import type { FieldPath, FieldValue } from "./fields.ts";

/** A change that a rule offers; null leaves the value out, so that a lower layer's counts. */
export interface Change {
  readonly path: FieldPath;
  readonly value: FieldValue | null;
}

export interface Problem {
  /** Dotted path as it was given; a known path unless the problem is that it is not. */
  readonly path: string;
  /** What is wrong and what is expected, with the value. */
  readonly sentence: string;
  /** Which layer said it: "runs/my.json", "--set", "preset quick". */
  readonly from: string;
  /** Changes that end the problem; empty when only the person can know. */
  readonly fix: readonly Change[];
}

/** All problems as one error of code "bad-config", one line for each path. Throws nothing itself. */
export function configError(problems: readonly Problem[]): PlaygroundError {
  const lines = problems.map((p) => `${p.path}: ${p.sentence}${p.from === "" ? "" : ` (${p.from})`}`);
  const count = problems.length === 1 ? "A setting is" : `${problems.length} settings are`;
  return new PlaygroundError({
    code: "bad-config",
    message: `${count} not right. ${lines.join(" ")}`,
    what: problems.map((p) => p.path).join(", "),
    doing: "reading the configuration",
    kept: "Nothing was started.",
    next: "Correct the settings that are named.",
    cause: lines.join("\n"),
  });
}

/** A foreign value in a sentence: short, on one line, never executed. */
export function shown(value: unknown): string {
  let text: string | undefined;
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function")
    text = typeof value;
  else if (typeof value === "number") text = String(value);
  else {
    try {
      text = JSON.stringify(value);
    } catch {
      text = undefined;
    }
  }
  const line = text ?? typeof value;
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
