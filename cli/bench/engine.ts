// Serves the benchmark's page, runs it in Chromium and prints what it measured.

import { join } from "node:path";
import { chromium } from "playwright";
import { createServer } from "vite";
import { chromiumFlags } from "../chromium.ts";
import { ensureChromium } from "../ensure-chromium.ts";
import { root } from "../root.ts";
import type { EngineReport, NetName, NetReport } from "./engine-report.ts";

/** A step of stock tfjs takes a minute on a busy machine without a graphics card. */
const PATIENCE_MS = 60 * 60_000;

/** Measures one net after the other, each in a fresh page. Throws with the page's message when one fails. */
export async function benchEngines(nets: readonly NetName[], rounds: number): Promise<EngineReport> {
  const executablePath = await ensureChromium();
  const server = await createServer({
    root,
    configFile: join(root, "vite.config.ts"),
    logLevel: "error",
    server: { port: 0, host: "127.0.0.1", watch: null, hmr: false },
  });
  await server.listen();
  const address = server.httpServer?.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const browser = await chromium.launch({ executablePath, args: chromiumFlags, headless: true });
  try {
    const reports: EngineReport[] = [];
    for (const net of nets) {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      page.on("console", (message) => console.log(`  ${message.text()}`));
      await page.goto(`http://127.0.0.1:${port}/cli/bench/engine.html?net=${net}&rounds=${rounds}`);
      const answer = await page.waitForFunction(() => document.documentElement.dataset.report);
      const report = JSON.parse(String(await answer.jsonValue())) as
        | EngineReport
        | { readonly error: string };
      if ("error" in report) throw new Error(`Net ${net}: ${report.error}`);
      for (const [name, figures] of Object.entries(report.nets)) print(name, figures);
      console.log(
        `  best matrix product ${report.bestMatmulGflopPerSecond.toFixed(2)} GFLOP/s on ${report.adapter}`,
      );
      reports.push(report);
      await page.close();
    }
    return merged(reports);
  } finally {
    await browser.close();
    await server.close();
  }
}

function merged(reports: readonly EngineReport[]): EngineReport {
  const [first] = reports;
  if (first === undefined) throw new Error("no net was measured");
  return {
    ...first,
    bestMatmulGflopPerSecond: Math.max(...reports.map((report) => report.bestMatmulGflopPerSecond)),
    nets: Object.assign({}, ...reports.map((report) => report.nets)),
    lossParity: Math.max(...reports.map((report) => report.lossParity)),
  };
}

function print(name: string, { tfjs, ours, ratios, lossParity, gflopPerStep }: NetReport): void {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const row = (label: string, figures: NetReport["tfjs"]): string =>
    [
      `  ${label.padEnd(5)} ${ms(figures.medianMs)} a step (${ms(figures.p10Ms)} to ${ms(figures.p90Ms)}, n ${figures.n})`,
      `${figures.dispatches} dispatches, ${figures.submits} submits`,
      `${figures.bufferCreations} buffers and ${figures.bindGroupCreations} bind groups created`,
      `${figures.jsMs.toFixed(2)} ms JavaScript, ${(figures.gpuBytes / 1e6).toFixed(1)} MB, built in ${figures.compileSeconds.toFixed(1)} s`,
    ].join(" · ");
  console.log(`Net ${name} (${gflopPerStep.toFixed(3)} GFLOP a step)`);
  console.log(row("tfjs", tfjs));
  console.log(row("ours", ours));
  console.log(
    `  tfjs / ours ${ratios.tfjsOverOurs.toFixed(1)} (${ratios.tfjsOverOursP10.toFixed(1)} to ${ratios.tfjsOverOursP90.toFixed(1)})` +
      ` · ${ours.gflopPerSecond.toFixed(2)} GFLOP/s, ${(100 * ours.shareOfBestMatmul).toFixed(0)} % of the best matrix product` +
      ` · losses differ by ${lossParity.first5.toExponential(1)} (5 steps), ${lossParity.all.toExponential(1)} (${lossParity.steps})`,
  );
}
