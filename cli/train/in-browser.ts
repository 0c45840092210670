// A run in a headless Chromium: serves the built app, drives it through `window.playground`, and keeps what it says.

import type { ResolvedConfig } from "../../src/config/index.ts";
import { buildApp, serveApp } from "../serve.ts";
import { openPlayground, type OpenPage } from "./browser.ts";
import { fileAddress, type LocalFile, serveFiles } from "./files.ts";
import type { Interrupts } from "./interrupts.ts";
import { createPrinter, type Seen } from "./seen.ts";

const POLL_MS = 500;

export interface RunWishes {
  readonly resolved: ResolvedConfig;
  /** null: the built-in pages. */
  readonly files: readonly LocalFile[] | null;
  /** Name of the set of own pages. */
  readonly name: string;
  /** An ONNX file to begin from. */
  readonly modelFile: LocalFile | null;
  /** Whether what was learnt is wanted. */
  readonly wantsModel: boolean;
}

/** Resolves when the run has ended; `seen` holds how. Rejects when it could not begin or the browser was lost. */
export async function trainInBrowser(
  wishes: RunWishes,
  realGpu: boolean,
  seen: Seen,
  interrupt: Interrupts,
): Promise<void> {
  const { files, modelFile } = wishes;
  const served = [...(files ?? []), ...(modelFile === null ? [] : [modelFile])];
  if (await buildApp()) console.log("Built the playground.");
  const app = await serveApp(4300, served.length === 0 ? [] : [serveFiles(served)]);
  try {
    const opened = await openPlayground(`${app.url}?automation`, realGpu);
    try {
      seen.runtime = `Chromium ${opened.version}`;
      await drive(opened, wishes, seen, interrupt);
    } finally {
      await opened.close();
    }
  } finally {
    await app.close();
  }
}

async function drive(
  { page }: OpenPage,
  { resolved, files, name, modelFile, wantsModel }: RunWishes,
  seen: Seen,
  interrupt: Interrupts,
): Promise<void> {
  if (interrupt.came()) return;
  interrupt.whenCame(() => {
    page.evaluate(() => window.playground?.stop()).catch(() => undefined);
  });
  const crashed = new Promise<never>((_resolve, reject) => {
    page.on("crash", () => reject(new Error("the page crashed")));
    page.on("close", () => reject(new Error("the browser was closed")));
  });
  crashed.catch(() => undefined);
  const begun = page.evaluate(
    async ({ config, paths, name, model }) => {
      if (model !== null) {
        const answer = await fetch(model.address);
        if (!answer.ok) throw new Error(`${model.path} could not be read (${answer.status})`);
        await window.playground?.bringModel(new File([await answer.blob()], model.path));
      }
      // No named function in here: the bundler would call a helper that the page does not have.
      const local =
        paths === undefined
          ? null
          : await Promise.all(
              paths.map(async ({ path, address }) => {
                const answer = await fetch(address);
                if (!answer.ok) throw new Error(`${path} could not be read (${answer.status})`);
                return new File([await answer.blob()], path);
              }),
            );
      await window.playground?.run(config, local, name);
    },
    {
      config: resolved,
      paths: files?.map(({ path }, i) => ({ path, address: fileAddress(i) })),
      name,
      model: modelFile && { path: modelFile.path, address: fileAddress(files?.length ?? 0) },
    },
  );
  let failure: unknown;
  begun.catch((thrown: unknown) => {
    failure = thrown;
  });
  const printer = createPrinter(seen);
  for (;;) {
    const kind = await Promise.race([look(page, seen), crashed]);
    printer.look();
    if (failure !== undefined) throw failure;
    if (kind === "finished" || kind === "failed") break;
    if (interrupt.came()) {
      if (kind === "idle") return;
      await page.evaluate(() => window.playground?.stop());
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  await look(page, seen);
  seen.counters = await page.evaluate(() => window.playground?.counters() ?? null);
  if (!wantsModel || seen.losses.length === 0) return;
  const model = await page.evaluate(() => window.playground?.exportModel("checkpoint") ?? null);
  if (model !== null) seen.model = Buffer.from(model, "base64");
}

/** Takes what the page knows now and keeps the loss points that are new. */
async function look(page: OpenPage["page"], seen: Seen): Promise<string> {
  const snapshot = await page.evaluate((since) => window.playground?.snapshot(since), seen.losses.length);
  if (snapshot === undefined) throw new Error("the page lost its automation surface");
  seen.losses.push(...snapshot.losses);
  seen.snapshot = snapshot;
  return snapshot.state.kind;
}
