// How well it reads unseen pages: one large hmean with its variant, aggregation and coverage beside it, and its history.

import { useCallback } from "react";
import { type AppState, latestSummary, type ScoreVariant, scoreOf, stepsAhead } from "../../store/index.ts";
import { LineChart } from "../charts/line-chart.tsx";
import { score, UNKNOWN } from "../format.ts";
import { qualitySentence, VARIANT_NAMES } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { Card } from "../widgets/card.tsx";

const SERIES = [
  { label: "hmean", color: "accent", width: 2.2 },
  { label: "precision", color: "matched", dash: [5, 3] },
  { label: "recall", color: "missed", dash: [2, 3] },
];
const UNIT_RANGE: readonly [number, number] = [0, 1];
const VARIANTS = Object.keys(VARIANT_NAMES) as ScoreVariant[];

const revisionOf = ({ quality }: AppState): unknown => quality.summaries;
const axisNumber = (value: number): string => value.toFixed(2);

export function QualityCard() {
  const playground = usePlayground();
  const { store } = playground;
  const variant = useApp(({ view }) => view.score);
  const summaries = useApp(({ quality }) => quality.summaries);
  const summary = useApp(latestSummary);
  const planned = useApp(stepsAhead) ?? 1;
  const now = summary === null ? null : scoreOf(summary, variant);
  const before = summaries.at(-2);
  const change = now === null || before === undefined ? null : now.hmean - scoreOf(before, variant).hmean;
  const read = useCallback(() => {
    const all = store.getState().quality.summaries;
    const scores = all.map((one) => scoreOf(one, variant));
    return {
      x: all.map(({ step }) => step),
      y: [scores.map((s) => s.hmean), scores.map((s) => s.precision), scores.map((s) => s.recall)],
    };
  }, [store, variant]);
  const hmeans = summaries.map((one) => scoreOf(one, variant).hmean);
  return (
    <Card title="Quality on unseen pages">
      <div className="headline">
        <strong className="large figures">{score(now?.hmean)}</strong>
        <div className="headline-mid">
          <span>
            hmean <Change value={change} />
          </span>
          <span className="small muted figures">{`P ${score(now?.precision)} · R ${score(now?.recall)}`}</span>
        </div>
        <div className="headline-end small muted">
          <label className="visually-hidden" htmlFor="variant">
            Score
          </label>
          <select
            id="variant"
            className="quiet"
            value={variant}
            onChange={(event) => {
              const chosen = VARIANTS.find((name) => name === event.target.value);
              if (chosen !== undefined) playground.setView({ score: chosen });
            }}
          >
            {VARIANTS.map((name) => (
              <option key={name} value={name}>
                {VARIANT_NAMES[name]}
              </option>
            ))}
          </select>
          <span className="figures">
            {summary === null
              ? `${UNKNOWN} pages`
              : `${summary.coverage.scored} of ${summary.coverage.asked} pages`}
          </span>
        </div>
      </div>
      <LineChart
        title="Quality by step"
        sentence={qualitySentence(
          summaries.map(({ step }) => step),
          hmeans,
        )}
        series={SERIES}
        read={read}
        revisionOf={revisionOf}
        heightPx={132}
        yRange={UNIT_RANGE}
        xMax={planned}
        format={axisNumber}
      />
    </Card>
  );
}

function Change({ value }: { readonly value: number | null }) {
  if (value === null) return null;
  const text = Math.abs(value).toFixed(3);
  if (Math.abs(value) < 0.0005) return <span className="muted figures">± 0.000</span>;
  return value > 0 ? (
    <strong className="text-good figures">▲ {text}</strong>
  ) : (
    <strong className="text-bad figures">▼ {text}</strong>
  );
}
