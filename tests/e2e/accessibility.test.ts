// axe finds nothing serious, light and dark, wide and narrow; the keyboard reaches what the mouse does.

import AxeBuilder from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function serious(app: PlaygroundPage): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: app.page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

describe("accessibility", () => {
  it.each([
    ["light", 1440],
    ["dark", 1440],
    ["light", 700],
  ] as const)("axe: %s at %i px", async (colorScheme, width) => {
    const app = await PlaygroundPage.open(stage, SMALL, { colorScheme, width });
    await app.tiles().first().waitFor();
    expect(await serious(app)).toEqual([]);
    // Evaluated tiles say more than waiting ones.
    await app.until(({ evaluations }) => evaluations.length > 0);
    expect(await serious(app)).toEqual([]);
    await app.press("?");
    await app.page.getByRole("dialog").waitFor();
    expect(await serious(app)).toEqual([]);
    await app.close();
  });

  it("every command can be found by its name", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.tiles().first().waitFor();
    await app.press("Control+k");
    await app.page.getByRole("combobox", { name: "Find a command" }).fill("seed new");
    expect(await app.page.getByRole("dialog").getByRole("option").allTextContents()).toEqual([
      "Reset with a new seedShift+R",
    ]);
    expect(await serious(app)).toEqual([]);
    await app.press("Enter");
    await app.page.waitForFunction(() => location.hash.includes("train.seed=43"));
    expect(await app.page.getByRole("dialog").count()).toBe(0);
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("by keys alone: opens a page, goes on to the next, comes back to the wall", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.tiles().first().waitFor();
    await app.press("Enter");
    await app.page.getByRole("img", { name: /^Page 1,/ }).waitFor();
    await app.press("j");
    await app.page.getByRole("img", { name: /^Page 2,/ }).waitFor();
    await app.press("Escape");
    await app.tiles().first().waitFor();
    expect(app.complaints).toEqual([]);
    await app.close();
  });
});
