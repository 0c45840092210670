// A Chromium without a screen that has the playground open, and what `window.playground` answers there.

import { type Browser, chromium, type Page } from "playwright";
import type { Automation } from "../../src/client/index.ts";
import { chromiumFlags, realGpuFlags } from "../chromium.ts";
import { ensureChromium } from "../ensure-chromium.ts";

declare global {
  interface Window {
    playground?: Automation;
  }
}

export interface OpenPage {
  readonly page: Page;
  /** Of the browser. */
  readonly version: string;
  close(): Promise<void>;
}

/** Opens the playground (`?automation`: at rest) and waits until it can be driven. Ctrl-C does not reach the browser. */
export async function openPlayground(address: string, realGpu: boolean): Promise<OpenPage> {
  const browser: Browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: realGpu ? realGpuFlags : chromiumFlags,
    handleSIGINT: false,
    handleSIGTERM: false,
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 960 } });
    await page.goto(address);
    await page.waitForFunction(() => window.playground !== undefined);
    return { page, version: browser.version(), close: () => browser.close() };
  } catch (thrown) {
    await browser.close();
    throw thrown;
  }
}
