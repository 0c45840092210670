// A Chromium without a screen in which reference checks run: for executors that Node does not have.

import { join } from "node:path";
import { chromium } from "playwright";
import { createServer } from "vite";
import { chromiumFlags, findChromium, realGpuFlags } from "../../chromium.ts";
import { root } from "../../root.ts";
import type { BrowserExecutor } from "../executors/in-browser.ts";
import type { Answer, Question } from "./check.worker.ts";

/** The software adapter needs a minute or two for a file. */
const PATIENCE_MS = 30 * 60_000;

export const BROWSER_EXECUTORS: readonly BrowserExecutor[] = ["webgpu", "tfjs-webgpu", "tfjs-webgl"];

export interface CheckPage {
  ask(question: Question): Promise<Answer>;
  close(): Promise<void>;
}

/** The page, or a sentence that says why there is none. */
export async function openCheckPage(): Promise<CheckPage | string> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    return "it needs a browser and no Chromium was found: install one or name it in CHROME_PATH";
  const server = await createServer({
    root,
    configFile: join(root, "vite.config.ts"),
    logLevel: "error",
    server: { port: 0, host: "127.0.0.1", watch: null, hmr: false },
    optimizeDeps: { entries: ["cli/verify/browser/page.html"] },
  });
  await server.listen();
  const address = server.httpServer?.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const args = process.env.OCR_GPU === "real" ? realGpuFlags : chromiumFlags;
  const browser = await chromium.launch({ executablePath, args, headless: true }).catch((thrown: unknown) => {
    const says = thrown instanceof Error ? (thrown.message.split("\n")[0] ?? "") : String(thrown);
    return `it needs a browser and ${executablePath} did not start: ${says}`;
  });
  if (typeof browser === "string") {
    await server.close();
    return browser;
  }
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`http://127.0.0.1:${port}/cli/verify/browser/page.html`);
  await page.waitForFunction(() => window.checkReference !== undefined);
  return {
    ask: (question) =>
      page.evaluate((asked) => {
        if (window.checkReference === undefined) throw new Error("the page went away");
        return window.checkReference(asked);
      }, question),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
