// The epilogue of convolutions: which arrays, numbers and constants `epilogue.wgsl` needs.

import type { Epilogue } from "../../../plan/types.ts";
import { activationCode, type Binding, readsSlot } from "../../kernel.ts";
import type { Names } from "../../expand.ts";
import activationText from "./activation.wgsl?raw";
import epilogueText from "./epilogue.wgsl?raw";

export const NO_EPILOGUE: Epilogue = {};

export interface EpilogueParts {
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly constants: Names;
  readonly numbers: Names;
}

export function epilogueParts({ bias, norm, activation }: Epilogue): EpilogueParts {
  return {
    bindings: {
      ...(bias === undefined ? {} : { bias: readsSlot(bias) }),
      ...(norm === undefined
        ? {}
        : {
            gamma: readsSlot(norm.gamma),
            beta: readsSlot(norm.beta),
            runningMean: readsSlot(norm.runningMean),
            runningVariance: readsSlot(norm.runningVariance),
          }),
    },
    constants: {
      HAS_BIAS: Number(bias !== undefined),
      HAS_NORM: Number(norm !== undefined),
      ACTIVATION: activationCode(activation),
    },
    numbers: { epsilon: norm?.epsilon ?? 0, slope: activation?.slope ?? 0 },
  };
}

export function withEpilogue(text: string): string {
  return `${activationText}\n${epilogueText}\n${text}`;
}

export function withActivation(text: string): string {
  return `${activationText}\n${text}`;
}
