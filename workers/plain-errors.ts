// Makes a worker's calls fail with ErrorData (plain data), so that no sentence is lost on the way through comlink.

import { toErrorData } from "../src/core/index.ts";

type Calls = Record<string, (...args: never[]) => unknown>;

/** The same calls; whatever they throw is thrown as ErrorData whose `doing` falls back to the call's name. */
export function withPlainErrors<T extends object>(calls: T): T {
  const wrapped: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(calls as Calls)) {
    wrapped[name] = async (...args: never[]) => {
      try {
        return await call(...args);
      } catch (thrown) {
        throw toErrorData(thrown, name);
      }
    };
  }
  return wrapped as T;
}
