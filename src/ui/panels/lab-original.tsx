// "As in the original report": its table, from a run of this moment, and why such a table cannot answer.

import { duration, score, UNKNOWN } from "../format.ts";
import { useApp } from "../use-app.ts";
import { percentText } from "./lab-words.ts";

export function LabOriginal() {
  const original = useApp(({ lab }) => lab.original);
  const job = useApp(({ lab }) => lab.job);
  if (original === null || job === "original") return null;
  return (
    <section className="lab-outcome" aria-label="As in the original report">
      <h3>As in the original report</h3>
      <p>
        One epoch, 5 training and 3 validation batches, empty caches, everything built anew, fixed order, n =
        1.
      </p>
      <div className="scroll-x">
        <table className="lab-table">
          <thead>
            <tr>
              <th scope="col">Feature</th>
              <th scope="col" className="end">
                Time, whole run
              </th>
              <th scope="col" className="end">
                “Overhead”, n = 1
              </th>
              <th scope="col" className="end">
                of it training
              </th>
              <th scope="col" className="end">
                Cache hits
              </th>
              <th scope="col" className="end">
                CLEval hmean, mean
              </th>
            </tr>
          </thead>
          <tbody>
            {original.rows.map(({ run, overheadPct }) => (
              <tr key={run.arm.id}>
                <th scope="row">{run.arm.label}</th>
                <td className="end figures">{duration(run.wallMs)}</td>
                <td className="end figures">{percentText(overheadPct)}</td>
                <td className="end figures">{duration(run.trainMs)}</td>
                <td className="end figures">
                  {run.cache.lookups === 0 ? UNKNOWN : `${run.cache.hits} of ${run.cache.lookups}`}
                </td>
                <td className="end figures">{score(run.hmean)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3>Why this could not have answered</h3>
      <ul className="lab-list">
        {original.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </section>
  );
}
