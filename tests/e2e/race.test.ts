// Anybody can start the race from the page: two engines on the same batches, a ratio with its interval, the same losses.

import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it("the processor's kernels race plain tfjs, and the person's run goes on afterwards", async () => {
  const app = await PlaygroundPage.open(stage, SMALL);
  await app.tiles().first().waitFor();
  await app.press("Space");
  await app.until(({ losses }) => losses.length >= 2);
  await app.button(/^Race/).click();
  await app.page.getByLabel("First engine").selectOption("wasm");
  await app.page.getByLabel("Second engine").selectOption("tfjs-cpu");
  await app.button("Start the race").click();
  const verdict = app.page.getByText(/times as fast as/);
  await verdict.waitFor({ timeout: 200_000 });
  expect(await verdict.textContent()).toMatch(
    /^wasm is [\d.]+ times as fast as tfjs-cpu, 95 % interval .* over 20 pairs/,
  );
  // Rounding that grows over 23 steps; single steps are held to far less elsewhere.
  expect(await verdict.textContent()).toMatch(/Their losses differ by at most 0\.\d+ %/);
  const { losses } = await app.snapshot();
  await app.until((now) => now.losses.length > losses.length || now.state.kind === "finished");
  expect(app.complaints).toEqual([]);
  await app.close();
});
