// What the last assessment found: the sentence, the table, the recommendation, what one run would have claimed, and the report.

import { useEffect, useMemo, useState } from "react";
import { findFactor, MIN_BLOCKS } from "../../config/index.ts";
import type { AssessOutcome } from "../../protocol/index.ts";
import { plural } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { NumberBox } from "../widgets/number-box.tsx";
import { LabTable } from "./lab-table.tsx";
import { estimateText, percentText } from "./lab-words.ts";

export function LabOutcome() {
  const outcome = useApp(({ lab }) => lab.outcome);
  const job = useApp(({ lab }) => lab.job);
  const [isOneRun, setOneRun] = useState(false);
  if (outcome === null || job === "assess") return null;
  const { assessed, rows, conclusion } = outcome;
  const { analysis, wishes } = assessed;
  return (
    <section className="lab-outcome" aria-label="Answer">
      <p className="lab-verdict" role="status">
        {conclusion.sentence}
      </p>
      <LabTable rows={rows} marginPct={wishes.marginPct} />
      <ul className="lab-list">
        {analysis.effects.map(({ factors: [a, b], regime, mainFirst, mainSecond, interaction }) => (
          <li key={`${a} ${b} ${regime}`}>
            {`${regime === null ? "" : `${regime} cache: `}main effect of ${labelOf(a)} ${estimateText(mainFirst)}, of ${labelOf(b)} ${estimateText(mainSecond)}; both together beyond the sum of each alone ${estimateText(interaction)} (n = ${interaction.n}).`}
          </li>
        ))}
        {analysis.gates.map(({ says, passed }) => (
          <li key={says} className={passed ? "" : "lab-failed"}>
            {says}
          </li>
        ))}
      </ul>
      <h3>Recommendation</h3>
      <ul className="lab-list">
        {conclusion.advice.map(({ factor, label, advice, says }) => (
          <li key={factor}>
            <strong>{`${label}: ${advice}.`}</strong> {says}
          </li>
        ))}
        {conclusion.projections.map(({ factor, says }) => (
          <li key={factor}>{says}</li>
        ))}
      </ul>
      <Goal />
      <div className="toolbar">
        <button
          type="button"
          className="button"
          aria-expanded={isOneRun}
          onClick={() => setOneRun(!isOneRun)}
          disabled={conclusion.oneRun.length === 0}
        >
          {isOneRun ? "Hide the one-run version" : "Show the one-run version"}
        </button>
        <div className="spring" />
        <Downloads outcome={outcome} />
      </div>
      {isOneRun && <OneRun outcome={outcome} />}
      <p className="small muted">{conclusion.limits.join(" ")}</p>
    </section>
  );
}

/** For which set and length of run the next assessment projects. */
function Goal() {
  const { lab } = usePlayground();
  const pages = useApp((state) => state.lab.goalPages ?? state.data.dataset?.trainPages ?? 1);
  const epochs = useApp((state) => state.lab.goalEpochs);
  const isOff = useApp((state) => state.lab.job !== null);
  const type = { kind: "number", min: 1, max: 10_000_000, step: 1, isInteger: true } as const;
  const common = { type, isDisabled: isOff, describedBy: "lab-goal", unitSize: 1 };
  return (
    <div className="toolbar small">
      <span id="lab-goal">The next assessment projects to</span>
      <NumberBox
        id="lab-pages"
        {...common}
        value={pages}
        onChange={(value) => lab.setGoal({ goalPages: Number(value) })}
      />
      <label htmlFor="lab-pages">pages ×</label>
      <NumberBox
        id="lab-epochs"
        {...common}
        value={epochs}
        onChange={(value) => lab.setGoal({ goalEpochs: Number(value) })}
      />
      <label htmlFor="lab-epochs">epochs</label>
    </div>
  );
}

function OneRun({ outcome }: { readonly outcome: AssessOutcome }) {
  const { conclusion, assessed } = outcome;
  const blocks = assessed.blocks.length;
  const noTruth = blocks < MIN_BLOCKS ? `n = ${blocks}, too few` : "no number: see the gates";
  return (
    <div className="scroll-x">
      <table className="lab-table">
        <caption className="small muted">
          {`Every block is one run of each arm: what somebody who ran each once would have claimed, from ${plural(assessed.blocks.length, "such run")}.`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Arm</th>
            <th scope="col" className="end">
              The first run claims
            </th>
            <th scope="col" className="end">
              Other runs claim
            </th>
            <th scope="col">All blocks together</th>
          </tr>
        </thead>
        <tbody>
          {conclusion.oneRun.map(({ armId, label, claimPct, leastPct, mostPct, truth }) => (
            <tr key={armId}>
              <th scope="row">{label}</th>
              <td className="end figures">{percentText(claimPct)}</td>
              <td className="end figures">{`${percentText(leastPct)} to ${percentText(mostPct)}`}</td>
              <td className="figures">
                {truth === null ? noTruth : `${estimateText(truth)}, n = ${truth.n}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Downloads({ outcome }: { readonly outcome: AssessOutcome }) {
  const { html, markdown, json } = outcome.report;
  const files = useMemo(
    () =>
      (
        [
          ["HTML", "html", html, "text/html"],
          ["Markdown", "md", markdown, "text/markdown"],
          ["JSON", "json", json, "application/json"],
        ] as const
      ).map(([label, extension, text, type]) => ({
        label,
        name: `assessment.${extension}`,
        address: URL.createObjectURL(new Blob([text], { type })),
      })),
    [html, markdown, json],
  );
  useEffect(() => () => files.forEach(({ address }) => void URL.revokeObjectURL(address)), [files]);
  return (
    <>
      <span className="muted">Report</span>
      {files.map(({ label, name, address }) => (
        <a key={label} className="button" href={address} download={name}>
          {label}
        </a>
      ))}
    </>
  );
}

/** In the middle of a sentence. */
function labelOf(id: string): string {
  return (findFactor(id)?.label ?? id).toLowerCase();
}
