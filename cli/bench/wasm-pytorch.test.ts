// The command as a person runs it where its PyTorch is missing or breaks off: a sentence and exit code 1.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../root.ts";

const folder = mkdtempSync(join(tmpdir(), "wasm-pytorch-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function compareWith(python: string) {
  const script = join(root, "cli/bench/wasm-pytorch.ts");
  const args = ["--import", "tsx", script, "--net", "S", "--rounds", "2"];
  return spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PYTHON: python },
    timeout: 50_000,
  });
}

describe("the comparison with PyTorch", () => {
  it("says so where there is no such Python", () => {
    const { status, stderr } = compareWith(join(folder, "no-python"));
    expect(stderr).toMatch(/no-python.* cannot be started.*python3-torch/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(1);
  });

  it("says so where Python ends before it answers", () => {
    const python = join(folder, "python");
    writeFileSync(python, "#!/bin/sh\nexit 3\n");
    chmodSync(python, 0o755);
    const { status, stderr } = compareWith(python);
    expect(stderr).toMatch(/ended early; its message stands above/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(status).toBe(1);
  });
});
