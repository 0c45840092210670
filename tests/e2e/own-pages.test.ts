// Own pages: broken files are named one by one, the good ones train; hostile names and headers hurt nobody.

import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

const data = resolve(import.meta.dirname, "../../../shared/data");

describe.skipIf(!existsSync(data))("own pages", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it("a folder of broken files: each is named with a reason, the good pages train", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.tiles().first().waitFor();
    const chooser = app.page.waitForEvent("filechooser");
    await app.press("o");
    await (await chooser).setFiles(resolve(data, "malformed"));
    const { dataset } = await app.until(({ dataset }) => dataset !== null && dataset.reports.length > 0);
    const verdict = (file: string) => dataset?.reports.find((report) => report.file.endsWith(file))?.verdict;
    expect(verdict("images/huge_dimensions.png")).toBe("refused");
    expect(verdict("images/zero_byte.jpg")).toBe("refused");
    expect(verdict("labels/deeply_nested.json")).toBe("refused");
    for (const report of dataset?.reports ?? []) {
      if (report.verdict !== "accepted") expect(report.reasons.length, report.file).toBeGreaterThan(0);
    }
    expect((dataset?.trainPages ?? 0) + (dataset?.validationPages ?? 0)).toBeGreaterThanOrEqual(2);
    await app.press("Space");
    await app.until(({ losses }) => losses.length >= 1);
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("a folder dropped on the page is opened with all that lies in it", async () => {
    const app = await PlaygroundPage.open(stage, SMALL);
    await app.tiles().first().waitFor();
    const devtools = await app.page.context().newCDPSession(app.page);
    const folder = resolve(data, "malformed");
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await devtools.send("Input.dispatchDragEvent", {
        type,
        x: 700,
        y: 400,
        data: { items: [], files: [folder], dragOperationsMask: 1 },
      });
      if (type === "dragOver") await app.page.getByText("Drop to train on these pages").waitFor();
    }
    const { dataset } = await app.until(({ dataset }) => dataset?.name === "malformed");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(dataset?.reports).toHaveLength(files.length);
    expect(await app.page.getByText("Drop to train on these pages").count()).toBe(0);
    expect(app.complaints).toEqual([]);
    await app.close();
  });
});
