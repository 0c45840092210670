// Collects what one case got wrong: exact counts, numbers within a tolerance, structures.

import type { CaseResult, Deviation } from "./types.ts";

export class Deviations {
  private worst = 0;
  private readonly says: string[] = [];
  private readonly all: Deviation[] = [];
  private readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  /** Deviation of a number as a share of `tolerance`; beyond 1 it fails. */
  close(name: string, got: number, expected: number, tolerance: number): void {
    const exact = Object.is(got, expected) ? 0 : Math.abs(got - expected) / tolerance;
    const share = Number.isNaN(exact) ? Infinity : exact;
    this.worst = Math.max(this.worst, share);
    if (share === 0) return;
    const what = `${name}: ${got} instead of ${expected}`;
    this.all.push({ what, share });
    if (share > 1) this.says.push(what);
  }

  /** Must be the same, whatever JSON can express. */
  same(name: string, got: unknown, expected: unknown): void {
    const gotText = JSON.stringify(got) ?? "nothing";
    const expectedText = JSON.stringify(expected) ?? "nothing";
    if (gotText === expectedText) return;
    this.worst = Infinity;
    const what = `${name}: ${shorten(gotText)} instead of ${shorten(expectedText)}`;
    this.all.push({ what, share: Infinity });
    this.says.push(what);
  }

  result(): CaseResult {
    return {
      id: this.id,
      passed: this.says.length === 0,
      worst: this.worst,
      says: this.says.join("; "),
      deviations: this.all,
    };
  }
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
