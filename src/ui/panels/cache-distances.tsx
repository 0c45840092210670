// How much room the look-ups would have needed: reuse distances as a histogram, with a capacity line that can be moved.

import { useState } from "react";
import type { TierReport } from "../../protocol/index.ts";
import { bytes, count } from "../format.ts";

const HEIGHT_PX = 72;

export function CacheDistances({ report }: { readonly report: TierReport }) {
  const { distances, workingSetBytes, counters } = report;
  const first = distances.findIndex((times) => times > 0);
  const last = distances.findLastIndex((times) => times > 0);
  const [line, setLine] = useState<number | null>(null);
  if (first < 0) {
    return (
      <p className="small muted">{`No page was asked for twice yet. All pages so far need ${bytes(workingSetBytes)}.`}</p>
    );
  }
  const from = Math.max(0, first - 4);
  const to = Math.min(distances.length, last + 5);
  const at = Math.min(to, Math.max(from, line ?? to));
  const shown = distances.slice(from, to).map((times, i) => ({ bucket: from + i, times }));
  const most = Math.max(...distances);
  const hits = distances.slice(0, at).reduce((sum, times) => sum + times, 0);
  const asked = distances.reduce((sum, times) => sum + times, counters.reasons["first time"]);
  const capacity = bytes(Math.round(2 ** (at / 2)));
  return (
    <figure className="cache-distances">
      <figcaption className="small">
        {`Room that repeated look-ups needed. With ${capacity}, a least-recently-used store hits ` +
          `${((100 * hits) / Math.max(1, asked)).toFixed(1)} % of ${count(asked)}. All pages so far need ${bytes(workingSetBytes)}.`}
      </figcaption>
      <svg
        width="100%"
        height={HEIGHT_PX}
        viewBox={`0 0 ${to - from} ${HEIGHT_PX}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {shown.map(({ bucket, times }) => (
          <rect
            key={bucket}
            x={bucket - from + 0.1}
            width={0.8}
            y={HEIGHT_PX * (1 - times / most)}
            height={(HEIGHT_PX * times) / most}
            fill={bucket < at ? "var(--matched)" : "var(--missed)"}
          />
        ))}
      </svg>
      <label className="small">
        What if the budget were another one?
        <input
          type="range"
          min={from}
          max={to}
          value={at}
          aria-valuetext={capacity}
          onChange={(event) => setLine(Number(event.target.value))}
        />
      </label>
    </figure>
  );
}
