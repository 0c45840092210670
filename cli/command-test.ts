// What tests of commands share: a folder of their own that is gone afterwards, and everything that the command says.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";

export interface CommandTest {
  /** Fresh for each test. */
  readonly dir: string;
  /** Lines on either stream. */
  readonly said: readonly string[];
  /** Writes a file with the folders above it and tells its whole path. */
  put(path: string, content: string | Uint8Array): string;
}

/** To be called in a `describe`. */
export function commandTest(name: string): CommandTest {
  let dir = "";
  let said: string[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), `${name}-`));
    said = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => said.push(line));
    vi.spyOn(console, "error").mockImplementation((line: string) => said.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(dir, { recursive: true });
  });
  return {
    get dir() {
      return dir;
    },
    get said() {
      return said;
    },
    put: (path, content) => {
      const whole = join(dir, path);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, content);
      return whole;
    },
  };
}
