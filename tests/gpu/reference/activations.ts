// The activations and their derivatives, in 64 bits.

import type { Activation } from "../../../src/engine/plan/types.ts";

export function activate(activation: Activation | undefined, x: number): number {
  switch (activation?.kind) {
    case undefined:
      return x;
    case "relu":
      return Math.max(x, 0);
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "hardSigmoid":
      return Math.min(1, Math.max(0, activation.slope * x + 0.5));
    case "hardSwish":
      return (x * Math.min(6, Math.max(0, x + 3))) / 6;
  }
}

/** Of the input. */
export function slopeAt(activation: Activation | undefined, x: number): number {
  switch (activation?.kind) {
    case undefined:
      return 1;
    case "relu":
      return x > 0 ? 1 : 0;
    case "sigmoid": {
      const y = activate(activation, x);
      return y * (1 - y);
    }
    case "hardSigmoid": {
      const y = activation.slope * x + 0.5;
      return y > 0 && y < 1 ? activation.slope : 0;
    }
    case "hardSwish":
      if (x <= -3) return 0;
      return x >= 3 ? 1 : x / 3 + 0.5;
  }
}

/** Of the output, which is what the plan keeps for all but hardSwish. */
export function slopeFromSaved(activation: Activation, saved: number): number {
  if (activation.kind === "hardSwish") return slopeAt(activation, saved);
  if (activation.kind === "sigmoid") return saved * (1 - saved);
  if (activation.kind === "relu") return saved > 0 ? 1 : 0;
  return saved > 0 && saved < 1 ? activation.slope : 0;
}
