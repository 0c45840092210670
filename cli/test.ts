// `npm test`: everything that must hold, in the order of what fails fastest. Ends with one line `N passed, N failed`.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureChromium } from "./ensure-chromium.ts";
import { checkRooms } from "./rooms.ts";
import { root } from "./root.ts";
import { buildApp } from "./serve.ts";

const PROJECTS = ["unit", "browser", "e2e"] as const;

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export async function run(args: readonly string[]): Promise<number> {
  let projects: readonly string[];
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { project: { type: "string", multiple: true } },
    });
    projects = values.project ?? PROJECTS;
  } catch (thrown) {
    console.error(
      `${thrown instanceof Error ? thrown.message : thrown}\nnpm test -- [--project unit|browser|e2e]`,
    );
    return 2;
  }
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const check = (name: string, passed: boolean, startMs: number): void => {
    tally[passed ? "passed" : "failed"]++;
    console.log(`${passed ? "✓" : "✗"} ${name} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
  };
  const command = (name: string, file: string, ...rest: string[]): void => {
    const start = performance.now();
    const result = spawnSync(process.execPath, [join(root, "node_modules", file), ...rest], {
      cwd: root,
      stdio: "inherit",
    });
    check(name, result.status === 0, start);
  };

  await ensureChromium();
  command("formatting", "@biomejs/biome/bin/biome", "format", ".");
  command("lint, zero warnings", "@biomejs/biome/bin/biome", "lint", "--error-on-warnings", ".");
  command("types", "typescript/bin/tsc", "-b");
  const roomsStart = performance.now();
  const wrong = checkRooms();
  for (const line of wrong) console.error(line);
  check("rooms import downhill only", wrong.length === 0, roomsStart);
  const buildStart = performance.now();
  try {
    await buildApp();
    check("build", true, buildStart);
  } catch (thrown) {
    console.error(thrown);
    check("build", false, buildStart);
  }
  for (const project of projects) runProject(project, tally);

  console.log(
    `${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ""}`,
  );
  return tally.failed === 0 ? 0 : 1;
}

/** One vitest project in a process of its own, so that a browser that dies takes nothing else along. */
function runProject(project: string, tally: Tally): void {
  const folder = mkdtempSync(join(tmpdir(), "playground-test-"));
  const report = join(folder, "report.json");
  try {
    const result = spawnSync(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--project",
        project,
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
      ],
      { cwd: root, stdio: "inherit" },
    );
    const counts = JSON.parse(readFileSync(report, "utf8")) as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
      numTodoTests: number;
      numFailedTestSuites: number;
    };
    tally.passed += counts.numPassedTests;
    tally.skipped += counts.numPendingTests + counts.numTodoTests;
    // A file that could not be loaded, or an error outside any test, has no failed test but must not pass.
    tally.failed += Math.max(counts.numFailedTests, result.status === 0 ? 0 : 1);
  } catch (thrown) {
    console.error(`Project ${project} gave no report:`, thrown);
    tally.failed++;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
