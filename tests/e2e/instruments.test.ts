// The instruments below the pages: runs that outlive a reload, the profiler by keys alone, and nothing serious for axe in any of them.

import AxeBuilder from "@axe-core/playwright";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const linkOf = (rate: number): string =>
  SMALL.replace("every.count=1000", "every.count=4").replace(
    "&train.batchSize=2",
    `&optimizer.learningRate=${rate}&train.batchSize=2&train.length.count=4`,
  );

async function serious(app: PlaygroundPage): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: app.page }).include(".drawer").analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** In both themes. */
async function expectAccessible(app: PlaygroundPage): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await app.page.emulateMedia({ colorScheme });
    await app.page.locator(`:root[data-theme="${colorScheme}"]`).waitFor();
    expect(await serious(app)).toEqual([]);
  }
}

async function trainToItsEnd(app: PlaygroundPage): Promise<void> {
  await app.until(({ evaluations, state }) => evaluations.length > 0 && state.kind === "paused");
  await app.press(" ");
  await app.until(({ state }) => state.kind === "finished");
}

describe("instruments", () => {
  it("runs: two rates compared, noted, pinned, and still there after a reload", async () => {
    const app = await PlaygroundPage.open(stage, linkOf(0.003));
    await trainToItsEnd(app);
    await app.page.goto(`${stage.app.url}${linkOf(0.02)}`);
    await app.page.reload();
    await trainToItsEnd(app);
    await app.button(/^Runs/).click();
    const rows = app.page.locator(".runs-table tbody tr");
    expect(await rows.count()).toBe(2);
    await app
      .button(/as baseline/)
      .nth(1)
      .click();
    expect(await rows.nth(0).textContent()).toContain("Learning rate 0.02");
    await rows.nth(0).locator("th button").click();
    const note = app.page.getByLabel("Note");
    await note.fill("the higher rate");
    await note.press("Enter");
    await app.page
      .getByRole("checkbox", { name: /^Draw the curves/ })
      .nth(0)
      .check();
    await app.page.getByRole("figure").filter({ hasText: "of 1 run by step" }).first().waitFor();
    const group = app.page.locator(".runs-groups");
    expect(await group.getByRole("row").allTextContents()).toEqual([
      expect.stringContaining("Learning rate"),
      expect.stringMatching(/^0\.003.*n = 1/),
      expect.stringMatching(/^0\.02.*n = 1/),
    ]);
    await expectAccessible(app);
    await app.page.reload();
    await rows.nth(1).waitFor();
    expect(await rows.nth(0).textContent()).toContain("the higher rate");
    expect(await rows.nth(1).textContent()).toContain("pinned");
    await app.page.getByText("They are kept in this browser").waitFor();
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("profiler: steps recorded, walked through by keys, saved as a trace", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.until(({ evaluations, state }) => evaluations.length > 0 && state.kind === "paused");
    await app.press(" ");
    await app.button(/^Profiler/).click();
    await app.page.getByLabel("Depth").selectOption("phases");
    await app.page.locator(".timeline-canvas").waitFor();
    const timeline = app.page.getByRole("button", { name: /^Timeline:/ });
    await timeline.focus();
    await app.press("ArrowDown");
    await app.press("ArrowRight");
    const readout = app.page.locator(".timeline .readout");
    expect(await readout.textContent()).toMatch(/: .*ms, step \d+, at /);
    const caption = app.page.locator(".timeline figcaption");
    const before = await caption.textContent();
    for (const key of ["w", "w", "w", "d", "m"]) await app.press(key);
    expect(await caption.textContent()).not.toBe(before);
    // The page's own shortcuts stay out of it: D is the theme elsewhere.
    expect(await app.page.locator(":root").getAttribute("data-theme")).toBe("light");
    await app.page.getByRole("searchbox").fill("optimiser");
    await app.page.getByText(/\d+ spans?, Enter: next/).waitFor();
    await expectAccessible(app);
    const [saved] = await Promise.all([app.page.waitForEvent("download"), app.button("Save trace").click()]);
    const trace = JSON.parse(readFileSync(await saved.path(), "utf8"));
    expect(trace.traceEvents.length).toBeGreaterThan(50);
    await app.button("To DevTools").click();
    const entries = await app.page.evaluate(() =>
      performance
        .getEntriesByType("measure")
        .map((entry) => (entry as PerformanceMeasure).detail?.devtools?.track),
    );
    expect([...new Set(entries)]).toEqual(expect.arrayContaining(["Trainer", "Main thread"]));
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("lab: nothing serious before a job, while it runs, and with its answer", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.until(({ evaluations, state }) => evaluations.length > 0 && state.kind === "paused");
    await app.button(/^Assessment lab/).click();
    await expectAccessible(app);
    // Three arms instead of seven: the first block is soon done.
    await app.page.getByRole("checkbox", { name: "Polygon cache" }).uncheck();
    await app.button(/^Assess( ?A)?$/).click();
    await app.page.waitForFunction(
      () => (window.playground?.lab().progress?.rows.length ?? 0) > 0,
      undefined,
      { timeout: 200_000 },
    );
    await expectAccessible(app);
    await app.button("Stop and conclude").click();
    await app.page.getByRole("region", { name: "Answer" }).waitFor();
    await app.button("Show the one-run version").click();
    await expectAccessible(app);
    expect(app.complaints).toEqual([]);
    await app.close();
  });
});
