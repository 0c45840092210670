// Why storage did not do what was asked, as a value with a sentence for people.

import type { ErrorData } from "../core/index.ts";

export type StorageFailureKind =
  /** The browser's room for this site is used up. */
  | "quota"
  /** No IndexedDB here, or the browser refuses it (a private window, site data blocked). */
  | "unavailable"
  /** Written by a newer version of the playground, which laid the store out otherwise. */
  | "newer"
  | "failed";

export interface StorageFailure {
  readonly kind: StorageFailureKind;
  readonly sentence: string;
  /** Text of the underlying error. */
  readonly cause: string;
}

const SENTENCES: Readonly<Record<StorageFailureKind, string>> = {
  quota: "The browser's storage for this site is full.",
  unavailable: "The browser gives this page no storage (a private window, or site data is blocked).",
  newer: "The stored data was written by a newer version of the playground.",
  failed: "The browser's storage failed.",
};

const NEXT: Readonly<Record<StorageFailureKind, string>> = {
  quota: "Clear what is stored, or free disk space.",
  unavailable: "Allow site data for this page, or open it in an ordinary window.",
  newer: "Reload the page to get the newer version, or clear the site's data.",
  failed: "Reload the page; if it stays so, clear the site's data.",
};

export function failureOf(thrown: unknown): StorageFailure {
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : "";
  const kind = kindOf(name);
  return { kind, sentence: SENTENCES[kind], cause: String(thrown) };
}

/** The failure as an error of the house, for who cannot go on without the storage. */
export function failureData(failure: StorageFailure, doing: string, what = ""): ErrorData {
  const code = failure.kind === "quota" ? "out-of-memory" : "unsupported";
  return {
    code: failure.kind === "failed" ? "internal" : code,
    ...{ message: failure.sentence, what, doing, kept: "", next: NEXT[failure.kind], cause: failure.cause },
  };
}

function kindOf(name: string): StorageFailureKind {
  switch (name) {
    case "QuotaExceededError":
      return "quota";
    case "SecurityError":
    case "NotSupportedError":
      return "unavailable";
    case "VersionError":
      return "newer";
    default:
      return "failed";
  }
}
