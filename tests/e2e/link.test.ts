// The address is the state: a changed setting is in the link, a link opens as the same settings, garbage opens with a notice.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe("the link", () => {
  it("follows the settings and opens as the same settings", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.tiles().first().waitFor();
    await app.press("]");
    await app.page.waitForFunction(() => location.hash.includes("postprocess.threshold=0.3&"));
    const changed = await app.page.evaluate(() => location.hash);
    await app.press("Control+z");
    await app.page.waitForFunction(() => !location.hash.includes("postprocess.threshold"));
    await app.press("Shift+Control+z");
    await app.page.waitForFunction((hash) => location.hash === hash, changed);
    const again = await PlaygroundPage.open(stage, changed);
    await again.tiles().first().waitFor();
    expect(await again.page.evaluate(() => location.hash)).toBe(changed);
    expect(app.complaints.concat(again.complaints)).toEqual([]);
    await app.close();
    await again.close();
  });

  it("opens garbage as the preset and says what it could not take", async () => {
    const app = await PlaygroundPage.open(
      stage,
      "#c=quick&data.set=synth-tiny&train.batchSize=9999&__proto__=1&nonsense=%zz&v=1",
    );
    await app.tiles().first().waitFor();
    const text = await app.page.locator("body").textContent();
    expect(text).toContain("nonsense");
    expect(text).toContain("train.batchSize");
    expect(app.complaints).toEqual([]);
    await app.close();
  });
});
