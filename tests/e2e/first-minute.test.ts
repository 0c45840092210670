// What a person does in the first minute: looks, presses Train, pauses, steps, resets. In the built app, in Chromium.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe("the first minute", () => {
  it("shows pages with their true words before anything is pressed, and asks nobody outside", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.tiles().first().waitFor();
    expect(await app.tiles().count()).toBe(8);
    expect(await app.button(/^Page 1, /).count()).toBe(1);
    expect(await app.button(/^Train/).isEnabled()).toBe(true);
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("trains on Space, pauses at the end of a step, makes exactly one step on S, starts anew on R", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.tiles().first().waitFor();
    await app.press("Space");
    await app.until(({ losses }) => losses.length >= 3);
    expect(await app.page.title()).toMatch(/step \d+/i);

    await app.press("Space");
    const paused = await app.until(({ state }) => state.kind === "paused");
    const step = paused.state.kind === "paused" ? paused.state.step : -1;
    expect(step).toBeGreaterThanOrEqual(3);

    await app.press("s");
    await app.until(({ state, losses }) => state.kind === "paused" && state.step === losses.length);
    const stepped = await app.snapshot();
    expect(stepped.state).toEqual({ kind: "paused", step: step + 1 });
    expect(stepped.losses.map((point) => point.step)).toEqual(
      Array.from({ length: step + 1 }, (_, i) => i + 1),
    );

    await app.press("r");
    await app.until(({ state, losses }) => state.kind === "idle" && losses.length === 0);
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("Space trains after a page was looked at with Enter and Esc, and after a button was clicked", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.tiles().first().waitFor();
    await app.press("Enter");
    await app.page.getByRole("button", { name: /^Back/ }).waitFor();
    await app.press("Escape");
    await app.button("Truth").click();
    await app.press("Space");
    await app.until(({ losses }) => losses.length >= 1);
    expect(await app.button("Truth").getAttribute("aria-pressed")).toBe("false");
    await app.button(/^Pause/).click();
    await app.until(({ state }) => state.kind === "paused");
    await app.press("Space");
    await app.until(({ state }) => state.kind === "running");
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("changes the number of loaders in the middle of a run without changing what is learnt", async () => {
    const losses = async (counts: readonly string[]): Promise<number[]> => {
      const app = await PlaygroundPage.open(stage, `${SMALL}&train.length.count=12&loader.workers=1`);
      await app.tiles().first().waitFor();
      await app.button(/^More settings/).click();
      for (const [done, count] of counts.entries()) {
        await app.page.getByLabel("Loaders", { exact: true }).fill(count);
        await app.page.getByLabel("Loaders", { exact: true }).blur();
        await app.press("s");
        await app.until(({ state, losses }) => state.kind === "paused" && losses.length === done + 1);
      }
      await app.press("Space");
      const { losses, log } = await app.until(({ state }) => state.kind === "finished");
      expect(losses).toHaveLength(12);
      expect(log.filter(({ level }) => level === "error")).toEqual([]);
      expect(app.complaints).toEqual([]);
      await app.close();
      return losses.map(({ total }) => total);
    };
    expect(await losses(["1", "3", "0", "2"])).toEqual(await losses(["1", "1", "1", "1"]));
  });

  it("gives the same losses for the same seed whatever is switched on, and others for another seed", async () => {
    const losses = async (changes: string): Promise<number[]> => {
      const app = await PlaygroundPage.open(stage, `${SMALL}&train.length.count=6&${changes}`);
      await app.tiles().first().waitFor();
      await app.press("Space");
      const { losses, features } = await app.until(({ state }) => state.kind === "finished");
      expect(losses).toHaveLength(6);
      for (const { on, proofOfLife } of features) expect(proofOfLife > 0).toBe(on);
      expect(app.complaints).toEqual([]);
      await app.close();
      return losses.map(({ total }) => total);
    };
    const plain = await losses("loader.workers=0");
    expect(await losses("features.polygonCache=true&features.profiler=true&loader.workers=2")).toEqual(plain);
    expect(await losses("loader.workers=0&train.seed=7")).not.toEqual(plain);
  });
});

const SWITCHED: ReadonlySet<string> = new Set(["polygonCache", "profiler"]);

describe("switches in the middle of a run", () => {
  it("move their counters only while they are on", async () => {
    const app = await PlaygroundPage.open(stage, `${SMALL}&loader.workers=0`);
    await app.tiles().first().waitFor();
    await app.press("Space");
    const before = await app.until(({ losses }) => losses.length >= 2);
    expect(before.features.filter(({ on, proofOfLife }) => on || proofOfLife > 0)).toEqual([]);
    await app.press("c");
    await app.press("p");
    await app.until(
      ({ features, polygons }) =>
        features.every(({ id, proofOfLife }) => proofOfLife > 0 === SWITCHED.has(id)) &&
        (polygons?.hits ?? 0) > 0,
    );
    await app.press("c");
    await app.press("p");
    await app.until(({ features }) => features.every(({ on }) => !on));
    await app.press("Space");
    const off = await app.until(
      ({ state, losses }) => state.kind === "paused" && state.step === losses.length,
    );
    const { hits = 0, misses = 0, lookups = 0 } = off.polygons ?? {};
    expect(hits + misses).toBe(lookups);
    await app.press("s");
    await app.until(({ state, losses }) => state.kind === "paused" && state.step === losses.length);
    const later = await app.snapshot();
    expect(later.losses.length).toBeGreaterThan(off.losses.length);
    expect(later.features.map(({ proofOfLife }) => proofOfLife)).toEqual(
      off.features.map(({ proofOfLife }) => proofOfLife),
    );
    expect(app.complaints).toEqual([]);
    await app.close();
  });
});
