// The automatic choice of caches: turns on what the forecast says will pay for these pages, epochs and budgets, and says why.
// Never turns anything off; a switch overrules it while the run goes on.

import { CACHE_SWITCHES, fieldOf, forecastCache, type PageTotals } from "../config/index.ts";
import type { Dataset, Page } from "../dataset/index.ts";
import type { StartRequest } from "./types.ts";

/** The request with the caches that pay turned on, and a sentence for each of the others. */
export function withAutoCaches(request: StartRequest): { request: StartRequest; says: readonly string[] } {
  const { config } = request.resolved;
  if (!config.features.cacheAuto) return { request, says: [] };
  const totals = totalsOf(request.dataset);
  const features = { ...config.features };
  const says: string[] = [];
  for (const which of CACHE_SWITCHES) {
    if (features[which]) continue;
    const { needsBytes, budgetBytes, fits, overall, bypass, pays } = forecastCache(config, which, totals);
    const { label } = fieldOf(`features.${which}`);
    const room = `${mib(needsBytes)} of ${budgetBytes === "unlimited" ? "no limit" : mib(budgetBytes)}`;
    const hits = `${(100 * overall).toFixed(0)} % of all look-ups will hit`;
    const rule = bypass === "" ? "" : ` (training pages pass it by: ${bypass})`;
    features[which] = pays;
    says.push(
      pays
        ? `${label}: turned on automatically. It needs ${room}, and ${hits}${rule}.`
        : `${label}: left off. It needs ${room}${fits ? "" : ", which does not fit"}, and ${hits}${rule}; it takes 50 % and enough room.`,
    );
  }
  return {
    request: { ...request, resolved: { ...request.resolved, config: { ...config, features } } },
    says,
  };
}

function totalsOf({ train, validation }: Dataset): PageTotals {
  const pixels = (pages: readonly Page[]): number =>
    pages.reduce((sum, { size }) => sum + size.widthPx * size.heightPx, 0);
  return {
    trainPages: train.length,
    validationPages: validation.length,
    trainWords: train.reduce((sum, { words }) => sum + words.length, 0),
    ...{ trainPx: pixels(train), validationPx: pixels(validation) },
  };
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toPrecision(3)} MiB`;
}
