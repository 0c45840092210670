// Makes sure that there is a Chromium to test in: a found one, else Playwright's download, else Debian's package.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./chromium.ts";
import { root } from "./root.ts";

/** Path of a Chromium; throws with what was tried when none can be had. */
export async function ensureChromium(): Promise<string> {
  const found = findChromium();
  if (found !== undefined) {
    if (!existsSync(found)) throw new Error(`CHROME_PATH names ${found}, which does not exist.`);
    return found;
  }
  console.log("Setting up: there is no Chrome or Chromium here; asking Playwright for one …");
  const run = (command: string, ...args: string[]): boolean =>
    spawnSync(command, args, { stdio: "inherit" }).status === 0;
  if (
    run(process.execPath, join(root, "node_modules/playwright/cli.js"), "install", "--with-deps", "chromium")
  ) {
    const downloaded = findChromium();
    if (downloaded !== undefined) return downloaded;
  }
  console.log("Setting up: Playwright could not download one; installing Debian's chromium …");
  const sudo = process.getuid?.() === 0 ? [] : ["sudo"];
  const apt = (...args: string[]): boolean => {
    const [command = "apt-get", ...rest] = [...sudo, "apt-get", ...args];
    return run(command, ...rest);
  };
  apt("update", "-qq");
  if (apt("install", "-y", "-qq", "--no-install-recommends", "chromium")) {
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "No Chromium: none on the PATH, Playwright's download failed, and apt-get could not install one. " +
      "Install Chrome or Chromium and set CHROME_PATH to its executable.",
  );
}
