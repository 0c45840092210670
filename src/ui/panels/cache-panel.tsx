// The cache inspector: what the caches hold, what they cost and save, and why each look-up missed.

import { useState } from "react";
import type { CacheSwitch, FieldPath } from "../../config/index.ts";
import type { MissReason, Tier, TierReport } from "../../protocol/index.ts";
import { bytes, count, duration } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { CacheDistances } from "./cache-distances.tsx";
import { CacheForecastLine, CacheTooSmall } from "./cache-forecast.tsx";
import { CacheMisses } from "./cache-misses.tsx";
import { CacheWhatIf } from "./cache-what-if.tsx";
import { fine } from "./cache-words.ts";

const TIERS: readonly { readonly id: Tier; readonly label: string; readonly path: FieldPath }[] = [
  { id: "polygons", label: "Polygons", path: "features.polygonCache" },
  { id: "images", label: "Images", path: "features.imageCache" },
  { id: "maps", label: "Maps", path: "features.mapCache" },
  { id: "samples", label: "Samples", path: "features.sampleCache" },
];

const SWITCHES: Readonly<Record<Tier, CacheSwitch>> = {
  ...{ polygons: "polygonCache", images: "imageCache", maps: "mapCache", samples: "sampleCache" },
};

export function CachePanel() {
  const playground = usePlayground();
  const caches = useApp(({ run }) => run.caches);
  const [tier, setTier] = useState<Tier>("polygons");
  const [cleared, setCleared] = useState("");
  const [asksWhatIf, setAsksWhatIf] = useState(false);
  const report = caches?.tiers[tier];
  const isOn = useApp(({ settings }) => {
    const { polygonCache, imageCache, mapCache, sampleCache } = settings.resolved.config.features;
    return { polygons: polygonCache, images: imageCache, maps: mapCache, samples: sampleCache }[tier];
  });
  const findings = caches?.findings.filter((finding) => finding.tier === tier) ?? [];
  return (
    <div className="drawer-body cache-panel">
      <div className="toolbar">
        <label htmlFor="cache-tier">Cache of</label>
        <select id="cache-tier" value={tier} onChange={(event) => setTier(event.target.value as Tier)}>
          {TIERS.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button"
          onClick={async () => setCleared(await playground.clearCaches())}
        >
          Clear all caches
        </button>
        <span className="small figures" role="status">
          {cleared}
        </span>
        {!isOn && (
          <button
            type="button"
            className="button"
            onClick={() =>
              playground.setValue(TIERS.find(({ id }) => id === tier)?.path ?? "features.polygonCache", true)
            }
          >
            Turn on
          </button>
        )}
      </div>
      <CacheTooSmall which={SWITCHES[tier]} />
      {!isOn && (
        <p className="small muted">
          <CacheForecastLine which={SWITCHES[tier]} />
        </p>
      )}
      {tier === "polygons" && <CacheWhatIf report={report} isOn={asksWhatIf} onChange={setAsksWhatIf} />}
      <Loaders />
      {report === undefined || report.counters.lookups === 0 ? (
        <p className="empty small muted">
          {isOn
            ? "The cache is on. Hits and misses come with the first pages that are prepared."
            : "The cache is off. Turn it on to see hits and misses."}
        </p>
      ) : (
        <>
          <Header report={report} />
          {findings.map(({ id, sentence }) => (
            <p key={id} className="small silent">
              {sentence}
            </p>
          ))}
          <Stored report={report} />
          <Account report={report} />
          <div className="cache-columns">
            <CacheMisses report={report} />
            <Epochs report={report} />
            <CacheDistances report={report} />
          </div>
        </>
      )}
    </div>
  );
}

function Header({ report: { counters } }: { readonly report: TierReport }) {
  const { hits, misses, lookups, savedMs, spentMs, budgetBytes } = counters;
  const budget = budgetBytes === "unlimited" ? "no limit" : bytes(budgetBytes);
  return (
    <p className="figures">
      {`hits ${count(hits)} · misses ${count(misses)} · hit rate ${percent(hits / lookups)} · ` +
        `${count(counters.entries)} entries, ${bytes(counters.bytes)} of ${budget} · saved ${duration(savedMs)} · ` +
        `spent ${duration(spentMs)} · net ${savedMs < spentMs ? "−" : "+"}${duration(Math.abs(savedMs - spentMs))}`}
    </p>
  );
}

/** What the loaders have ready, and how long the trainer waited for them. */
function Loaders() {
  const loaders = useApp(({ run }) => run.loaders);
  if (loaders === null || loaders.delivered === 0) return null;
  const { workers, queued, inFlight, delivered, waitMs, failed, lost, doubled } = loaders;
  return (
    <p className="small muted figures">
      {`${workers === 0 ? "Pages are prepared in the trainer" : workers === 1 ? "1 loader" : `${count(workers)} loaders`}: ${count(queued)} pages ahead, ` +
        `${count(inFlight)} of them being prepared; ${count(delivered)} delivered, waited ${duration(waitMs / delivered)} for each ` +
        `(mean). Failed ${count(failed)}, lost ${count(lost)}, doubled ${count(doubled)}.`}
    </p>
  );
}

/** What outlives the tab; said only where something does or should. */
function Stored({ report: { counters } }: { readonly report: TierReport }) {
  const { restored, refused, stored, storedBytes, storeFailures } = counters;
  if (restored + refused + stored + storeFailures === 0) return null;
  return (
    <p className="small muted figures">
      {`For the next visit: ${count(stored)} records written (${bytes(storedBytes)}), ${count(storeFailures)} could not be. ` +
        `From the last: ${count(restored)} used again, ${count(refused)} refused.`}
    </p>
  );
}

/** The break-even formula with this run's numbers: a cache pays when h·B > L + (1 − h)·S. */
function Account({ report: { counters } }: { readonly report: TierReport }) {
  const { lookups, hits, builds, buildMs, lookUpMs, storeMs, collisions } = counters;
  if (builds === 0) return null;
  const [h, build, look, store] = [hits / lookups, buildMs / builds, lookUpMs / lookups, storeMs / builds];
  const gain = h * build;
  const cost = look + (1 - h) * store;
  return (
    <p className="small muted figures">
      {`Per page: it pays when hit rate × build > key and look-up + (1 − hit rate) × store: ${percent(h)} × ${fine(build)} = ` +
        `${fine(gain)} against ${fine(look)} + ${percent(1 - h)} × ${fine(store)} = ${fine(cost)}. ` +
        `It ${gain > cost ? "pays" : "does not pay yet"} (means of ${count(builds)} builds, ${count(lookups)} look-ups). ` +
        `Collisions: ${count(collisions)}.`}
    </p>
  );
}

function Epochs({ report: { epochs } }: { readonly report: TierReport }) {
  return (
    <table className="small figures cache-table">
      <caption>Hit rate by epoch</caption>
      <thead>
        <tr>
          <th scope="col">Pages</th>
          <th scope="col">Epoch</th>
          <th scope="col">Look-ups</th>
          <th scope="col">Hit rate</th>
          <th scope="col">Most frequent reason</th>
        </tr>
      </thead>
      <tbody>
        {epochs.slice(-12).map((row) => (
          <tr key={`${row.split} ${row.epoch}`}>
            <td>{row.split === "train" ? "training" : "validation"}</td>
            <td>{count(row.epoch + 1)}</td>
            <td>{count(row.lookups)}</td>
            <td>{percent(row.hits / row.lookups)}</td>
            <td>{mostFrequent(row.reasons)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function mostFrequent(reasons: Readonly<Record<MissReason, number>>): string {
  const [reason, times] = Object.entries(reasons).reduce((most, one) => (one[1] > most[1] ? one : most));
  return times === 0 ? "no miss" : reason;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "—";
}
