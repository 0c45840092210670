// What became of each file that was brought: verdict, words, and every reason with its line or field. Nothing is dropped silently.

import { useState } from "react";
import type { FileReport } from "../../protocol/index.ts";
import { count, plural } from "../format.ts";
import { useApp } from "../use-app.ts";

type Verdict = FileReport["verdict"];

const ORDER: readonly Verdict[] = ["refused", "partial", "warning", "accepted"];
const WORDS: Readonly<Record<Verdict, string>> = {
  refused: "refused",
  partial: "partly used",
  warning: "used, with a warning",
  accepted: "used",
};
/** A long list is shown in part: rows are cheap, thousands of them are not. */
const SHOWN = 300;

export function FileReports() {
  const reports = useApp(({ data }) => data.reports);
  const [only, setOnly] = useState<Verdict | "all">("all");
  if (reports.length === 0) {
    return (
      <p className="empty small muted drawer-body">
        No files were brought. Drop a folder of pictures and labels on the page, or press O.
      </p>
    );
  }
  const counts = ORDER.map((verdict) => ({
    verdict,
    amount: reports.filter((report) => report.verdict === verdict).length,
  }));
  const shown = ORDER.flatMap((verdict) =>
    reports.filter((report) => report.verdict === verdict && (only === "all" || only === verdict)),
  );
  const parts = counts
    .filter(({ amount }) => amount > 0)
    .map(({ verdict, amount }) => `${amount} ${WORDS[verdict]}`);
  return (
    <div className="drawer-body">
      <div className="toolbar">
        <p>{`${plural(reports.length, "file")}, ${parts.join(", ")}.`}</p>
        <div className="spring" />
        <label htmlFor="verdicts">Show</label>
        <select
          id="verdicts"
          value={only}
          onChange={(event) => setOnly(ORDER.find((verdict) => verdict === event.target.value) ?? "all")}
        >
          <option value="all">all files</option>
          {counts
            .filter(({ amount }) => amount > 0)
            .map(({ verdict, amount }) => (
              <option key={verdict} value={verdict}>{`${WORDS[verdict]} (${amount})`}</option>
            ))}
        </select>
      </div>
      <div className="scroll-x report-list">
        <table className="facts reports">
          <thead>
            <tr>
              <th scope="col">file</th>
              <th scope="col">verdict</th>
              <th scope="col" className="end">
                words
              </th>
              <th scope="col" className="end">
                ignored
              </th>
              <th scope="col" className="end">
                left out
              </th>
              <th scope="col">size, label space, reasons</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, SHOWN).map((report) => (
              <ReportRow key={report.file} report={report} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > SHOWN && (
        <p className="small muted">{`${SHOWN} of ${count(shown.length)} files are shown.`}</p>
      )}
    </div>
  );
}

const REASONS_SHOWN = 2;

/** The first reasons, the others folded: a broken label file may have one for every line. */
function Reasons({ reasons }: { readonly reasons: readonly string[] }) {
  const rest = reasons.slice(REASONS_SHOWN);
  return (
    <>
      <ul>
        {reasons.slice(0, REASONS_SHOWN).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {rest.length > 0 && (
        <details>
          <summary>{`${count(rest.length)} more`}</summary>
          <ul>
            {rest.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function ReportRow({ report }: { readonly report: FileReport }) {
  const { file, verdict, instances, ignored, rejected, width, height, labelSpace, reasons } = report;
  const size = width === null || height === null ? "" : `${width} × ${height} px`;
  const space = labelSpace === null || labelSpace === "either" ? "" : `labels in ${labelSpace} space`;
  return (
    <tr>
      <th scope="row">{file}</th>
      <td className={`verdict-${verdict}`}>{WORDS[verdict]}</td>
      <td className="end figures">{count(instances)}</td>
      <td className="end figures">{count(ignored)}</td>
      <td className="end figures">{count(rejected)}</td>
      <td>
        {[size, space].filter((text) => text !== "").join(", ")}
        <Reasons reasons={reasons} />
      </td>
    </tr>
  );
}
