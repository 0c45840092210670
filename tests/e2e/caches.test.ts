// Caches that outlive the tab, in the built app: used again after a reload, emptied with the bytes named, gone after the next.

import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const KEPT = `${SMALL}&features.cachePersistent=true&features.polygonCache=true&loader.workers=1&train.length.count=12`;

async function trained(app: PlaygroundPage) {
  await app.until(({ state }) => state.kind === "paused");
  await app.press("Space");
  return app.until(({ state }) => state.kind === "finished");
}

it("what is kept for the next visit is read again, and Clear says what it freed", async () => {
  const app = await PlaygroundPage.open(stage, KEPT);
  const first = (await trained(app)).polygons;
  expect(first).toMatchObject({ restored: 0, refused: 0, storeFailures: 0 });
  expect(first?.stored).toBeGreaterThan(0);
  await app.page.reload();
  const again = await trained(app);
  expect(again.polygons).toMatchObject({ refused: 0, storeFailures: 0 });
  expect(again.polygons?.restored).toBeGreaterThan(0);
  expect(again.polygons?.builds).toBeLessThan(first?.builds ?? 0);

  await app.button(/^Cache/).click();
  await app.button("Clear all caches").click();
  const said = app.page.locator(".cache-panel [role=status]").filter({ hasText: "Cleared" });
  await said.waitFor();
  const numbers = ((await said.textContent()) ?? "").replaceAll("\u2009", "").match(/\d+/g)?.map(Number);
  const [, recordBytes = 0, records = 0] = numbers ?? [];
  expect(records).toBe(first?.stored);
  expect(recordBytes).toBeGreaterThan(100 * records);
  expect((await app.snapshot()).log.at(-1)?.text).toMatch(/^Cleared: /);

  await app.page.reload();
  expect((await trained(app)).polygons).toMatchObject({ restored: 0, refused: 0 });
  expect(app.complaints).toEqual([]);
  await app.close();
});
