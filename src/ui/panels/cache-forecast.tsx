// What a cache will need and how often it will hit, told before it is turned on; where it is too small, what pinning would do.

import { cacheBenefit, type CacheSwitch, forecastCache } from "../../config/index.ts";
import { bytes } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { benefitSentence, predictionNote } from "./cache-words.ts";

/** Memory, hits and milliseconds, for the card of a switch. */
export function CacheForecastLine({ which }: { readonly which: CacheSwitch }) {
  const forecast = useForecast(which);
  if (forecast === null) return null;
  const { needsBytes, budgetBytes, overall, bypass, passes } = forecast;
  const room = budgetBytes === "unlimited" ? "no limit" : bytes(budgetBytes);
  if (needsBytes === 0)
    return <span className="figures">{`Forecast: nothing to keep (${bypass || "no pages"}).`}</span>;
  return (
    <span className="figures">
      {`Forecast: ${bytes(needsBytes)} of ${room}, ${percent(overall)} hits in ${times(passes)}` +
        `${bypass === "" ? "" : `; training pages pass it by: ${bypass}`}. `}
      <Benefit which={which} />
    </span>
  );
}

function Benefit({ which }: { readonly which: CacheSwitch }) {
  const config = useApp(({ settings }) => settings.resolved.config);
  const dataset = useApp(({ data }) => data.dataset);
  const stages = useApp(({ run }) => run.caches?.stages);
  return benefitSentence(dataset && stages ? cacheBenefit(config, which, dataset, stages) : null);
}

/** What holds of all predictions, once; nothing before a page was delivered. */
export function PredictionNote() {
  const batchSize = useApp(({ settings }) => settings.resolved.config.train.batchSize);
  const loaders = useApp(({ run }) => run.loaders);
  if (loaders === null || loaders.delivered === 0) return null;
  const waitMs = (batchSize * loaders.waitMs) / loaders.delivered;
  return <p className="small muted figures">{predictionNote(waitMs)}</p>;
}

/** For the inspector: said only where the working set is larger than the budget, with the choice that helps. */
export function CacheTooSmall({ which }: { readonly which: CacheSwitch }) {
  const playground = usePlayground();
  const forecast = useForecast(which);
  const policy = useApp(({ settings }) => settings.resolved.config.features.cachePolicy);
  if (forecast === null || forecast.fits) return null;
  const { needsBytes, budgetBytes, lru, pinned } = forecast;
  return (
    <p className="small silent">
      {`One pass needs ${bytes(needsBytes)}, the budget is ${bytes(Number(budgetBytes))}. In shuffled passes from the second on, ` +
        `a least-recently-used store is forecast to hit ${percent(lru)}, a pinned subset ${percent(pinned)}. `}
      {policy === "lru" ? (
        <button
          type="button"
          className="button"
          onClick={() => playground.setValue("features.cachePolicy", "pin")}
        >
          Pin what fits first
        </button>
      ) : (
        "What fits first is pinned."
      )}
    </p>
  );
}

function useForecast(which: CacheSwitch) {
  const config = useApp(({ settings }) => settings.resolved.config);
  const dataset = useApp(({ data }) => data.dataset);
  return dataset === null ? null : forecastCache(config, which, dataset);
}

function times(passes: number): string {
  return `${passes.toFixed(passes < 10 ? 1 : 0)} passes`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
