// The Assessment lab as a person meets it: the key opens it, the run pauses and goes on, what is measured so far is concluded.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const LONG = SMALL.replace("&v=1", "&train.length.count=100000&v=1");

describe("the Assessment lab", () => {
  it("measures beside a run that is paused and goes on, and concludes when it is stopped", async () => {
    const app = await PlaygroundPage.open(stage, LONG);
    await app.until(({ evaluations }) => evaluations.length > 0);
    await app.press(" ");
    await app.until(({ lossCount }) => lossCount > 2);
    await app.press("a");
    const lab = app.page.locator(".lab");
    await lab.getByRole("list", { name: "Order of this block" }).waitFor({ timeout: 120_000 });
    const during = await app.snapshot();
    expect(during.state.kind).toBe("paused");
    await app.page.waitForFunction(() => (window.playground?.lab().progress?.unitsDone ?? 0) > 1);
    expect((await app.snapshot()).lossCount).toBe(during.lossCount);
    await app.button("Stop and conclude").click();
    await app.until(({ state }) => state.kind === "running");
    const outcome = await app.page.evaluate(() => window.playground?.lab().outcome ?? null);
    expect(outcome?.assessed.stoppedBecause).toBe("somebody stopped it");
    expect(outcome?.report.html).toContain("<!doctype html>");
    await lab.getByRole("region", { name: "Answer" }).waitFor();
    await app.until(({ lossCount }) => lossCount > during.lossCount);
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("validates this machine quickly, and explains the original protocol with a run of its own", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.until(({ evaluations }) => evaluations.length > 0);
    await app.button("Assessment lab").click();
    await app.button("Quick validation").click();
    await app.page.getByText("Everything that is needed is alive").waitFor({ timeout: 120_000 });
    await app.button("As in the original report").click();
    const original = app.page.getByRole("region", { name: "As in the original report" });
    await original.waitFor({ timeout: 120_000 });
    expect(await original.getByRole("row").count()).toBe(5);
    await original.getByText(/The cache was asked \d+ times and answered 0/).waitFor();
    expect(app.complaints).toEqual([]);
    await app.close();
  });
});
