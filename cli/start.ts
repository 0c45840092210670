// `npm start`: builds what is stale, serves it, prints the address and opens a browser.

import { parseArgs } from "node:util";
import open from "open";
import { findChromium } from "./chromium.ts";
import { buildApp, serveApp } from "./serve.ts";

const USAGE = `npm start -- [--port N] [--no-open]
  --port N    first port to try (default 4173)
  --no-open   only print the address`;

export async function run(args: readonly string[]): Promise<number> {
  let options: { port?: string; "no-open"?: boolean; help?: boolean };
  try {
    options = parseArgs({
      args: [...args],
      options: { port: { type: "string" }, "no-open": { type: "boolean" }, help: { type: "boolean" } },
    }).values;
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : thrown}\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const port = Number(options.port ?? 4173);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    console.error(`--port must be a whole number from 1 to 65535, got "${options.port}".\n${USAGE}`);
    return 2;
  }
  console.log("Building the playground …");
  console.log((await buildApp()) ? "Built." : "The build is up to date.");
  const app = await serveApp(port);
  console.log(`The playground is at ${app.url}  (Ctrl-C ends it)`);
  if (!options["no-open"]) await openBrowser(app.url);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await app.close();
  return 0;
}

/** Chrome where it is found, else the default browser; says so when neither opens. */
async function openBrowser(url: string): Promise<void> {
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    console.log("There is no screen here: open the address in Chrome.");
    return;
  }
  const chrome = findChromium();
  const opened = await open(url, chrome === undefined ? {} : { app: { name: chrome } });
  opened.on("error", () => console.log("No browser could be started: open the address in Chrome."));
}
