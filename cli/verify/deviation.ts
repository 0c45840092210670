// Collects what one case got wrong: exact counts, numbers within a tolerance, structures.

import type { CaseResult } from "./types.ts";

export class Deviations {
  private worst = 0;
  private readonly says: string[] = [];
  private readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  /** Deviation of a number as a share of `tolerance`; beyond 1 it fails. */
  close(name: string, got: number, expected: number, tolerance: number): void {
    const share = Object.is(got, expected) ? 0 : Math.abs(got - expected) / tolerance;
    this.worst = Math.max(this.worst, Number.isNaN(share) ? Infinity : share);
    if (!(share <= 1)) this.says.push(`${name}: ${got} instead of ${expected}`);
  }

  /** Must be the same, whatever JSON can express. */
  same(name: string, got: unknown, expected: unknown): void {
    const gotText = JSON.stringify(got) ?? "nothing";
    const expectedText = JSON.stringify(expected) ?? "nothing";
    if (gotText === expectedText) return;
    this.worst = Infinity;
    this.says.push(`${name}: ${shorten(gotText)} instead of ${shorten(expectedText)}`);
  }

  result(): CaseResult {
    return { id: this.id, passed: this.says.length === 0, worst: this.worst, says: this.says.join("; ") };
  }
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
