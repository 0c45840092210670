// Misses by reason, and the newest ones of a chosen reason with their pages.

import { useState } from "react";
import type { MissReason, TierReport } from "../../protocol/index.ts";
import { count } from "../format.ts";

const SHOWN = 12;

export function CacheMisses({ report: { counters, misses } }: { readonly report: TierReport }) {
  const [chosen, setChosen] = useState<MissReason | null>(null);
  const rows = (Object.entries(counters.reasons) as [MissReason, number][]).filter(([, times]) => times > 0);
  const newest = misses.filter(({ reason }) => reason === chosen).slice(-SHOWN);
  if (rows.length === 0) return <p className="small muted">No miss.</p>;
  return (
    <div>
      <table className="small figures cache-table">
        <caption>Misses by reason; choose one to see its pages</caption>
        <tbody>
          {rows.map(([reason, times]) => (
            <tr key={reason}>
              <th scope="row">
                <button
                  type="button"
                  className="button"
                  aria-expanded={chosen === reason}
                  onClick={() => setChosen(chosen === reason ? null : reason)}
                >
                  {reason}
                </button>
              </th>
              <td>{count(times)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {chosen !== null && (
        <ul className="small">
          {newest.map((miss) => (
            <li key={`${miss.split} ${miss.epoch} ${miss.pageId}`}>
              {`${miss.pageId}, epoch ${count(miss.epoch + 1)}${miss.loader === undefined ? "" : `, ${miss.loader}`}: ${miss.detail}`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
