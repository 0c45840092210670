// The page object of the built app: one server and one Chromium for a test file, and words for what a person does.

import { type Browser, chromium, type Page } from "playwright";
import { chromiumFlags } from "../../cli/chromium.ts";
import { ensureChromium } from "../../cli/ensure-chromium.ts";
import { buildApp, type ServedApp, serveApp } from "../../cli/serve.ts";
import type { Automation, AutomationSnapshot } from "../../src/client/index.ts";

declare global {
  interface Window {
    playground?: Automation;
    /** Durations of main-thread tasks over 50 ms, as the browser reports them. */
    longTasks?: number[];
  }
}

export interface Stage {
  readonly app: ServedApp;
  readonly browser: Browser;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  await buildApp();
  const app = await serveApp(4500);
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumFlags });
  return {
    app,
    browser,
    close: async () => {
      await browser.close();
      await app.close();
    },
  };
}

/** Small and quick: for tests of behaviour, not of quality. Sorted as the app sorts a link. */
export const SMALL =
  "#c=quick&data.pageSizePx=160&data.set=synth-tiny&data.wordsPerPage=3&evaluation.every.count=1000" +
  "&model.inputSizePx=64&train.batchSize=2&v=1";

export class PlaygroundPage {
  readonly page: Page;
  /** Everything that must not happen: errors of the page, violated policies, requests to other origins. */
  readonly complaints: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    // Heard from the start: Playwright takes dialogs over only some time after the first listener.
    page.on("filechooser", () => undefined);
    page.on("pageerror", (error) => this.complaints.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(blob|data):/.test(url)) this.complaints.push(`request to ${url}`);
    });
  }

  static async open(
    stage: Stage,
    hash: string,
    options: { colorScheme?: "light" | "dark"; width?: number; height?: number } = {},
  ): Promise<PlaygroundPage> {
    const { colorScheme = "light", width = 1440, height = 960 } = options;
    const context = await stage.browser.newContext({ colorScheme, viewport: { width, height } });
    const page = await context.newPage();
    const opened = new PlaygroundPage(page, new URL(stage.app.url).origin);
    await page.goto(`${stage.app.url}${hash}`);
    return opened;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  async snapshot(): Promise<AutomationSnapshot> {
    const snapshot = await this.page.evaluate(() => window.playground?.snapshot());
    if (snapshot === undefined) throw new Error("the page has no automation surface");
    return snapshot;
  }

  /** Asks ten times a second until the snapshot satisfies the condition. Throws, with what it saw last, after four minutes. */
  async until(condition: (snapshot: AutomationSnapshot) => boolean): Promise<AutomationSnapshot> {
    const giveUpMs = performance.now() + 240_000;
    for (;;) {
      const snapshot = await this.snapshot();
      if (condition(snapshot)) return snapshot;
      if (performance.now() > giveUpMs) {
        const { state, error, lossCount, features, log } = snapshot;
        throw new Error(
          `never came: ${condition}; last seen ${JSON.stringify({ state, error, lossCount, features, log })}`,
        );
      }
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  tiles() {
    return this.page.locator("button.tile");
  }

  button(name: string | RegExp) {
    return this.page.getByRole("button", { name });
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }
}
