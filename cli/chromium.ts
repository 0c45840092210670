// Finds a Chromium for tests and for runs without a screen, and names the flags that give it WebGPU.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** CHROME_PATH, else a browser on the PATH or in a usual place, else Playwright's own; undefined when there is none. */
export function findChromium(): string | undefined {
  const wanted = process.env.CHROME_PATH;
  if (wanted !== undefined && wanted !== "") return wanted;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...PLACES];
  return [...candidates, chromium.executablePath()].find((path) => existsSync(path));
}

const COMMON_FLAGS = [
  "--enable-unsafe-webgpu",
  "--enable-webgpu-developer-features",
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** WebGPU on the software adapter: the same everywhere, so tests do not depend on the machine's GPU. */
export const chromiumFlags = [...COMMON_FLAGS, "--use-webgpu-adapter=swiftshader"];

/** WebGPU on the machine's GPU. */
export const realGpuFlags = [...COMMON_FLAGS, "--enable-features=Vulkan", "--use-angle=vulkan"];
