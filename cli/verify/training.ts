// Checks losses, operations, optimisers, schedules and whole training steps on every executor: those of Node in this
// process, the others in a browser. What cannot run here is named with its reason.

import { inflateSync } from "node:zlib";
import { BROWSER_EXECUTORS, type CheckPage, openCheckPage } from "./browser/open-page.ts";
import type { BrowserExecutor } from "./executors/in-browser.ts";
import { executorsInNode } from "./executors/in-node.ts";
import { unpackTensors } from "./tensors.ts";
import { createTrainingChecks, type TrainingChecks } from "./training-checks.ts";
import type { NamedCheck } from "./types.ts";

/** One check for each executor that Node has, or why it does not have it. */
export async function trainingChecks(name: keyof TrainingChecks): Promise<readonly NamedCheck[]> {
  const executors = await executorsInNode();
  return executors.map((executor) => {
    if ("absent" in executor) return { executor: executor.id, absent: executor.absent };
    return {
      executor: executor.id,
      check: async (document) => {
        const unpacked = await unpackTensors(document, async (zlib) => Uint8Array.from(inflateSync(zlib)));
        const parts = await executor.open();
        try {
          return await createTrainingChecks(parts)[name](unpacked);
        } finally {
          parts.dispose();
        }
      },
    };
  });
}

/** The same for a browser's executors, where it is wished; all share one page, which `closeBrowser` ends. */
export async function browserChecks(
  name: keyof TrainingChecks,
  isWished: boolean,
): Promise<readonly NamedCheck[]> {
  if (!isWished)
    return BROWSER_EXECUTORS.map((executor) => ({ executor, absent: "it needs a browser: add --browser" }));
  opening ??= openCheckPage();
  const page = await opening;
  const checks: NamedCheck[] = [];
  for (const executor of BROWSER_EXECUTORS) checks.push(await browserCheck(name, executor, page));
  return checks;
}

let opening: Promise<CheckPage | string> | undefined;

async function browserCheck(
  name: keyof TrainingChecks,
  executor: BrowserExecutor,
  page: CheckPage | string,
): Promise<NamedCheck> {
  if (typeof page === "string") return { executor, absent: page };
  try {
    await page.ask({ executor });
  } catch (thrown) {
    return { executor, absent: `the browser does not have it: ${firstLine(thrown)}` };
  }
  return {
    executor,
    check: (document) => page.ask({ executor, check: { name, document: JSON.stringify(document) } }),
  };
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split("\n")[0] ?? "";
}

export async function closeBrowser(): Promise<void> {
  const page = await opening;
  opening = undefined;
  if (page !== undefined && typeof page !== "string") await page.close();
}
