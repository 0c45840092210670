// Both models in numbers: the scores of the set, and page by page where they differ. A row opens its page in the comparison.

import { scoreOf } from "../../store/index.ts";
import { duration, plural, score } from "../format.ts";
import { VARIANT_NAMES } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";

const MOST_ROWS = 200;

export function ModelTable() {
  const playground = usePlayground();
  const { fast } = playground;
  const reading = useApp(({ models }) => models.reading);
  useApp(({ models }) => models.revision);
  useApp(({ quality }) => quality.revision);
  const variant = useApp(({ view }) => view.score);
  const pageIndex = useApp(({ view }) => view.pageIndex);
  const refreshMs = useApp(({ models }) => models.refreshMs);
  if (reading === null) return null;
  const kind = variant.startsWith("cleval") ? "cleval" : "icdarIou";
  const rows = (fast.dataset?.validation ?? []).flatMap((page, index) => {
    const ours = fast.evaluationOf(page.id);
    const theirs = fast.models.pages.get(page.id);
    return theirs === undefined ? [] : [{ page, index, ours, theirs }];
  });
  const isWhole = fast.evaluation !== null && reading.coverage.scored === fast.evaluation.pages.length;
  const ours = isWhole && fast.evaluation !== null ? scoreOf(fast.evaluation, variant) : null;
  const theirs = scoreOf(reading, variant);
  const { times, counters } = reading;
  return (
    <section aria-label="Scores of both models">
      <p>
        <strong>{`hmean (${VARIANT_NAMES[variant]}): B ${score(theirs.hmean)}${ours === null ? "" : `, A ${score(ours.hmean)}`}`}</strong>
        {`, over ${plural(reading.coverage.scored, "page")} of ${reading.sizePx} × ${reading.sizePx} px; read with the thresholds of this moment.`}
      </p>
      <p className="small muted figures">
        {`First page ${duration(times.firstMs)}${times.count > 1 ? `, then median ${duration(times.medianMs)} a page (n = ${times.count - 1})` : ""}. `}
        {`The model has run ${plural(counters.modelRuns, "time")}, maps were read ${plural(counters.pagesRead, "time")}.`}
        {refreshMs !== null &&
          ` The last moved threshold took ${duration(refreshMs)} to this page's new boxes; no model ran.`}
      </p>
      <div className="model-rows">
        <table className="scores small figures">
          <thead>
            <tr>
              <th scope="col">Page</th>
              <th scope="col">words</th>
              <th scope="col">A, in training</th>
              <th scope="col">B, opened</th>
              <th scope="col">B − A</th>
              <th scope="col">boxes A / B</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((row) => {
              const a = row.ours?.[kind].hmean;
              const b = row.theirs[kind].hmean;
              return (
                <tr key={row.page.id} aria-current={row.index === pageIndex}>
                  <th scope="row">
                    <button
                      type="button"
                      className="link"
                      onClick={() => playground.setView({ pageIndex: row.index })}
                    >
                      {`${row.index + 1} · ${row.page.name}`}
                    </button>
                  </th>
                  <td>{row.page.words.filter(({ ignore }) => !ignore).length}</td>
                  <td>{score(a)}</td>
                  <td>{score(b)}</td>
                  <td className={difference(a, b)}>{a === undefined ? "—" : signed(b - a)}</td>
                  <td>{`${row.ours?.boxes.length ?? "—"} / ${row.theirs.boxes.length}`}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {rows.length > MOST_ROWS && (
        <p className="small muted">{`The first ${MOST_ROWS} of ${rows.length} pages; the scores above count all.`}</p>
      )}
    </section>
  );
}

function signed(value: number): string {
  if (Math.abs(value) < 0.0005) return "0.000";
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function difference(a: number | undefined, b: number): string {
  if (a === undefined || Math.abs(b - a) < 0.0005) return "";
  return b > a ? "verdict-accepted" : "verdict-refused";
}
