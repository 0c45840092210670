// What if the key were taken on the other side of augmentation? A switch that changes nothing: the header shows, beside the hit
// rate there is, the one there would be, as counted in this run and as forecast for all of it.

import { forecastKeyAfterAugmentation } from "../../config/index.ts";
import type { TierReport } from "../../protocol/index.ts";
import { count } from "../format.ts";
import { useApp } from "../use-app.ts";
import { Switch } from "../widgets/switch.tsx";

interface WhatIfProps {
  readonly report: TierReport | undefined;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function CacheWhatIf({ report, isOn, onChange }: WhatIfProps) {
  const isAfter = useApp(({ settings }) => settings.resolved.config.features.cacheFault) === FAULT;
  const other = isAfter ? "before" : "after";
  return (
    <Switch label={`What if the key were taken ${other} augmentation?`} isOn={isOn} onChange={onChange}>
      {isOn ? (
        <WhatIf report={report} isAfter={isAfter} />
      ) : (
        "Shows the hit rate that there would be. Changes nothing."
      )}
    </Switch>
  );
}

function WhatIf({ report, isAfter }: { readonly report: TierReport | undefined; readonly isAfter: boolean }) {
  const config = useApp(({ settings }) => settings.resolved.config);
  const dataset = useApp(({ data }) => data.dataset);
  if (dataset === null) return "There are no pages yet to say it of.";
  const { before, after, random } = forecastKeyAfterAugmentation(config, dataset);
  const [is, would] = isAfter ? [after, before] : [before, after];
  const why =
    random === ""
      ? "nothing about the placement is random, so it makes no difference"
      : `${random}: after it, a page has a new key for every new placement`;
  const forecast = `Forecast for the whole run: ${percent(would)} of all look-ups instead of ${percent(is)}; ${why}.`;
  const counted = report === undefined ? null : countedRate(report, isAfter);
  return (
    <span className="figures" role="status">
      {counted === null
        ? `${forecast} Nothing was looked up yet that could be counted.`
        : `Counted in this run: ${percent(counted.would)} instead of ${percent(counted.is)} of ${count(counted.lookups)} look-ups. ${forecast}`}
    </span>
  );
}

/** Taken after, only a placement that came before hits; taken before, every page that did, with room for all of them. */
function countedRate({ counters, distances }: TierReport, isAfter: boolean) {
  const { lookups, hits, hitsAfterAugmentation } = counters;
  if (lookups === 0) return null;
  const again = distances.reduce((sum, times) => sum + times, 0);
  return { lookups, is: hits / lookups, would: (isAfter ? again : hitsAfterAugmentation) / lookups };
}

const FAULT = "key after augmentation";

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
