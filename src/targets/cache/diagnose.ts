// From counters to causes: what is wrong with a cache, in a sentence each. Names the mistakes of the original project when they
// are seen, however they came about. Judges only what the counters show.

import { hitRateWithin } from "./reuse.ts";
import type { CacheReport, Tier, TierReport } from "./types.ts";
import { TIERS } from "./types.ts";

type FindingId =
  | "capacity zero"
  | "key after augmentation"
  | "private copies"
  | "whole-store rewrite"
  | "key without structure"
  | "store below a pass"
  | "one epoch"
  | "stale version"
  | "bypassed"
  | "store failed"
  | "records refused";

interface Finding {
  readonly id: FindingId;
  readonly tier: Tier;
  readonly sentence: string;
}

/** `plannedEpochs`: of the run, to tell a cold cache from one that can never be warm. */
export function diagnose(tiers: CacheReport["tiers"], plannedEpochs: number): Finding[] {
  return TIERS.filter((tier) => tiers[tier].counters.lookups > 0).flatMap((tier) =>
    findingsOf(tiers[tier], plannedEpochs).map((finding) => ({ ...finding, tier })),
  );
}

function findingsOf(report: TierReport, plannedEpochs: number): Omit<Finding, "tier">[] {
  const { counters, misses } = report;
  const { lookups, reasons, budgetBytes } = counters;
  const found: Omit<Finding, "tier">[] = [];
  const changed = (part: string): number =>
    misses.filter(({ reason, detail }) => reason === "key changed" && detail.startsWith(`${part} was `))
      .length;
  const much = (share: number): boolean => share > 0.05;

  if (reasons["capacity zero"] > 0) {
    found.push({
      id: "capacity zero",
      sentence: "The budget is 0 bytes: nothing can stay, every look-up misses.",
    });
  }
  if (changed("placement") > 0) {
    found.push({
      id: "key after augmentation",
      sentence:
        "The key is taken after augmentation, so every epoch makes a new one. Taken before, pages would hit.",
    });
  }
  if (reasons["other copy"] > 0) {
    found.push({
      id: "private copies",
      sentence: `${reasons["other copy"]} misses were for pages that another loader already had: each loader keeps a private copy.`,
    });
  }
  if (counters.movedBytes > 1.5 * counters.keptBytes) {
    const times = (counters.movedBytes / Math.max(1, counters.keptBytes)).toFixed(1);
    found.push({
      id: "whole-store rewrite",
      sentence: `Keeping one byte moves ${times}: the whole store is rewritten for each entry.`,
    });
  }
  if (counters.collisions > 0) {
    found.push({
      id: "key without structure",
      sentence: `${counters.collisions} look-ups found an entry of other words under their address (collisions); it was not used.`,
    });
  }
  if (changed("generatorVersion") > 0) {
    found.push({
      id: "stale version",
      sentence: "Entries come from another version of the target generator and are built anew each time.",
    });
  }
  if (budgetBytes !== "unlimited" && budgetBytes > 0 && much(reasons.evicted / lookups)) {
    const wanted = report.workingSetBytes;
    const lru = hitRateWithin(report.distances, reasons["first time"], budgetBytes);
    const pinned = Math.min(1, budgetBytes / Math.max(1, wanted));
    found.push({
      id: "store below a pass",
      sentence:
        `One pass needs ${wanted} bytes, the budget is ${budgetBytes}: least-recently-used hits ${percent(lru)}; ` +
        `a pinned subset would hit about ${percent(pinned)} from the second epoch on.`,
    });
  }
  // What loaders prepare ahead of the end of such a run may hit, but nobody trains on it.
  if (plannedEpochs <= 1 && report.epochs.some(({ split }) => split === "train")) {
    found.push({
      id: "one epoch",
      sentence: "The run has one epoch: no page is asked for twice, so no cache can hit.",
    });
  }
  if (reasons.bypassed > 0 && counters.hits === 0) {
    const rule = misses.findLast(({ reason }) => reason === "bypassed")?.detail ?? "a rule";
    found.push({ id: "bypassed", sentence: `Nothing is kept: ${rule}.` });
  }
  if (reasons["store failed"] > 0 || counters.storeFailures > 0) {
    const error = misses.findLast(({ reason }) => reason === "store failed")?.detail ?? "";
    const unwritten = `${counters.storeFailures} records could not be written for the next visit`;
    const sentence = error === "" ? `${unwritten}.` : `Entries could not be kept: ${ended(error)}`;
    found.push({ id: "store failed", sentence });
  }
  if (counters.refused > 0) {
    const last = misses.findLast(({ detail }) => detail.startsWith("the stored record"));
    const why = last === undefined ? "" : `, the last because ${last.detail}`;
    found.push({
      id: "records refused",
      sentence: `${counters.refused} records of an earlier visit were not used${ended(why)} They are built anew.`,
    });
  }
  return found;
}

function ended(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
