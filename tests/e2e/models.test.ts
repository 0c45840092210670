// The Models tab as a person meets it: a detector that comes along is opened on demand, run beside the model in training, read again
// without running when a threshold moves, trained further from, and what was learnt is checked before it is offered.

import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCheckpoint, writeTorch } from "../../src/exchange/index.ts";
import { reducedModel } from "../../src/exchange/onnx/small-files.ts";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** On the processor: the software adapter would take a minute to compile a pretrained detector. */
const ON_WASM = SMALL.replace("&evaluation", "&engine.kind=wasm&evaluation");

const LOADED = /onnx|ort[.-]/;

async function openTab(app: PlaygroundPage): Promise<void> {
  await app.until(({ evaluations }) => evaluations.length > 0);
  await app.button(/^Models/).click();
}

async function serious(app: PlaygroundPage): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: app.page }).include(".models").analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** "The model has run 8 times, maps were read 16 times." */
async function counted(app: PlaygroundPage): Promise<{ runs: number; reads: number }> {
  const text = await app.page.getByText(/The model has run \d+ times?/).textContent();
  const [, runs, reads] = /run (\d+) times?, maps were read (\d+) times?/.exec(text ?? "") ?? [];
  return { runs: Number(runs), reads: Number(reads) };
}

describe("the Models tab", () => {
  it("opens a detector on demand, runs it, and reads its maps again when a threshold moves without running it", async () => {
    const app = await PlaygroundPage.open(stage, ON_WASM);
    const loaded: string[] = [];
    app.page.on("request", (request) => LOADED.test(request.url()) && loaded.push(request.url()));
    await openTab(app);
    expect(loaded).toEqual([]);
    await app.button("Open").and(app.page.locator(".models button")).click();
    const card = app.page.getByRole("region", { name: "The opened model" });
    await card.getByText("It can be trained further here.").waitFor({ timeout: 120_000 });
    expect(loaded.filter((url) => url.endsWith(".onnx"))).toHaveLength(1);
    expect(await card.textContent()).toMatch(/Apache-2\.0.*BGR, mean 0\.485.*592\u2009648.*Conv 72/);

    await app.button(/^Run on all/).click();
    await app.page.getByText(/The model has run/).waitFor({ timeout: 120_000 });
    const before = await counted(app);
    const pages = (await app.snapshot()).evaluations.at(-1)?.pages.length ?? 0;
    expect(before.runs).toBe(pages);
    const table = app.page.getByRole("region", { name: "Scores of both models" });
    expect(await table.getByRole("row").count()).toBe(pages + 1);

    await app.page.getByLabel("Threshold", { exact: true }).fill("0.6");
    await app.page.getByText(/The last moved threshold took/).waitFor();
    await app.page.waitForFunction((reads) => {
      const text = document.querySelector(".models")?.textContent ?? "";
      return Number(/maps were read (\d+) times?/.exec(text)?.[1]) > reads + 1;
    }, before.reads);
    const after = await counted(app);
    expect(after.runs).toBe(before.runs);
    const took = (await app.page.getByText(/The last moved threshold took/).textContent()) ?? "";
    expect(Number(/took ([\d.]+)\s*ms/.exec(took)?.[1])).toBeLessThan(300);

    await app.page.getByLabel("Difference of the maps").check();
    expect(await app.page.getByText(/Maps: mean difference/).textContent()).toMatch(/greatest [\d.]+/);
    expect(await serious(app)).toEqual([]);
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("names the operator of an own file that cannot be trained and still runs it; a file that is no model is refused", async () => {
    const app = await PlaygroundPage.open(stage, ON_WASM);
    await openTab(app);
    const choose = (name: string, bytes: Uint8Array): Promise<void> =>
      app.page.locator(".models input[type=file]").setInputFiles({
        name,
        mimeType: "application/octet-stream",
        buffer: Buffer.from(bytes),
      });
    await choose("bad.onnx", new TextEncoder().encode("<html>not a model</html>"));
    const alert = app.page.locator(".models").getByRole("alert");
    await alert.waitFor({ timeout: 60_000 });
    expect(await alert.textContent()).toMatch(/bad\.onnx is no ONNX model that can be read/);
    await choose("mean.onnx", reducedModel());
    const card = app.page.getByRole("region", { name: "The opened model" });
    await card
      .getByText(/ReduceMean/)
      .first()
      .waitFor({ timeout: 60_000 });
    expect(await card.textContent()).toMatch(/Runs in onnxruntime.*It is only run\./);
    expect(await app.button("Start the next run from it").count()).toBe(0);
    await app.button("Run on this page").click();
    await app.page.getByText(/The model has run 1 time,/).waitFor({ timeout: 60_000 });
    expect(app.complaints).toEqual([]);
    await app.close();
  });

  it("says so when the inference worker stops in the middle of a run, and starts another for the next wish", async () => {
    const app = await PlaygroundPage.open(stage, ON_WASM);
    await openTab(app);
    const open = app.button("Open").and(app.page.locator(".models button"));
    await open.click();
    const card = app.page.getByRole("region", { name: "The opened model" });
    await card.getByText("It can be trained further here.").waitFor({ timeout: 120_000 });
    // Seconds for each page, so that it stops in the middle.
    await app.page.locator(".models").getByLabel("Input size").selectOption("960");
    await app.button(/^Run on all/).click();
    await app.button("Stop").waitFor();
    for (const worker of app.page.workers().filter((each) => /infer/.test(each.url())))
      await worker.evaluate(() => {
        setTimeout(() => {
          throw new Error("killed by the test");
        }, 0);
      });
    const alert = app.page.locator(".models").getByRole("alert");
    await alert.waitFor({ timeout: 60_000 });
    expect(await alert.textContent()).toMatch(
      /The inference worker stopped unexpectedly\. Ask for the same again/,
    );
    expect(await card.count()).toBe(0);
    await app.page.locator(".models").getByLabel("Input size").selectOption("64");
    await open.click();
    await card.getByText("It can be trained further here.").waitFor({ timeout: 120_000 });
    await app.button("Run on this page").click();
    await app.page.getByText(/The model has run 1 time,/).waitFor({ timeout: 120_000 });
    expect(await alert.count()).toBe(0);
    await app.close();
  });

  it("trains further from it; the file is run beside the engine and offered with the difference", async () => {
    const app = await PlaygroundPage.open(stage, ON_WASM.replace("&v=1", "&train.length.count=3&v=1"));
    await openTab(app);
    await app.button("Open").and(app.page.locator(".models button")).click();
    await app.button("Start the next run from it").click({ timeout: 120_000 });
    await app.page.getByText(/General set: \d+ drawn pages/).waitFor({ timeout: 120_000 });
    await app.page.waitForFunction(() => location.hash.includes("model.init=ppocrv3-en"));
    await app.press("Escape");
    await app.button("Train").first().click();
    await app.until(({ state }) => state.kind === "finished");
    await app.page.getByText(/now \(after 3 steps\)/).waitFor({ timeout: 120_000 });
    await app.button("Write ONNX and check it").click();
    await app.page.getByText(/onnxruntime and the engine differ by/).waitFor({ timeout: 120_000 });
    const said = (await app.page.getByText(/onnxruntime and the engine differ by/).textContent()) ?? "";
    expect(Number(/differ by ([\d.e-]+)/.exec(said)?.[1])).toBeLessThanOrEqual(1e-4);
    const arrived = app.page.waitForEvent("download");
    await app.page.getByRole("link", { name: "Save model.onnx" }).click();
    expect((await arrived).suggestedFilename()).toBe("model.onnx");
    await app.button("Write safetensors and dbnet.py").click();
    const save = async (name: string): Promise<Uint8Array> => {
      const link = app.page.getByRole("link", { name: `Save ${name}` });
      await link.waitFor();
      const download = app.page.waitForEvent("download");
      await link.click();
      return new Uint8Array(readFileSync(await (await download).path()));
    };
    const { graph, weights } = readCheckpoint(await save("model.safetensors"), "model.safetensors");
    expect([...weights.keys()]).toEqual(graph.parameters.map(({ name }) => name));
    expect(new TextDecoder().decode(await save("dbnet.py"))).toBe(writeTorch(graph));
    expect(app.complaints).toEqual([]);
    await app.close();
  });
});
