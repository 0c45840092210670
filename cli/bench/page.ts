// Serves the benchmark's page and runs orders in it: each in a dedicated worker of a fresh page of one Chromium.

import { join } from "node:path";
import { type Browser, chromium } from "playwright";
import { createServer } from "vite";
import { chromiumFlags, realGpuFlags } from "../chromium.ts";
import { ensureChromium } from "../ensure-chromium.ts";
import { root } from "../root.ts";
import type { ParityOrder } from "./parity-run.ts";
import type { RaceOrder } from "./race.ts";

/** A step of stock tfjs takes a minute on a busy machine without a graphics card. */
const PATIENCE_MS = 60 * 60_000;

export type Order = ({ readonly suite: "engine" } & RaceOrder) | ({ readonly suite: "parity" } & ParityOrder);

/** Carries out an order; `onLine` hears what is going on. Throws with the page's message when it fails. */
export type Carry = (order: Order, onLine: (line: string) => void) => Promise<unknown>;

export async function withBenchPage<T>(work: (carry: Carry) => Promise<T>): Promise<T> {
  const executablePath = await ensureChromium();
  const server = await createServer({
    root,
    configFile: join(root, "vite.config.ts"),
    logLevel: "error",
    server: { port: 0, host: "127.0.0.1", watch: null, hmr: false },
    // Prepared at once instead of at its first use, which would reload the page.
    optimizeDeps: { include: ["@jax-js/jax"], entries: ["cli/bench/engine.html"] },
  });
  let browser: Browser | undefined;
  try {
    await server.listen();
    const address = server.httpServer?.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const args = process.env.OCR_GPU === "real" ? realGpuFlags : chromiumFlags;
    const launched = await chromium.launch({ executablePath, args, headless: true });
    browser = launched;
    return await work(async (order, onLine) => {
      const page = await launched.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      page.on("console", (message) => {
        const text = message.text();
        if (text.startsWith(LINE)) onLine(text.slice(LINE.length));
        else if (message.type() === "error" && !text.includes("404")) console.error(text);
      });
      const query = new URLSearchParams({ order: JSON.stringify(order) });
      await page.goto(`http://127.0.0.1:${port}/cli/bench/engine.html?${query}`);
      const answer = await page.waitForFunction(() => document.documentElement.dataset.report);
      const report: unknown = JSON.parse(String(await answer.jsonValue()));
      await page.close();
      if (typeof report === "object" && report !== null && "error" in report) {
        throw new Error(String(report.error));
      }
      return report;
    });
  } finally {
    await browser?.close();
    await server.close();
  }
}

/** How engine-page.ts marks lines of the worker among what the browser says. */
const LINE = "bench: ";
