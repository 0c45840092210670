// What the targets depend on besides the words.

import type { Config } from "../config/index.ts";

export interface TargetParams extends Readonly<Config["targets"]> {
  /**
   * Variant "db": pull corners into the picture and turn the winding first, as MhLiao/DB does in training. Default true;
   * false is its evaluation mode. The original project never does.
   */
  readonly clamp?: boolean;
}

/** Part of every cache key: raise it whenever the same words and parameters give other targets. */
export const TARGETS_VERSION = 1;

export function clampsCorners(params: TargetParams): boolean {
  return params.variant === "db" && params.clamp !== false;
}
