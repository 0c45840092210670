// Curves of chosen runs over each other: the score by step and the loss by step, one colour and dash a run.

import { useMemo } from "react";
import type { AppState, RunRecord, ScoreVariant } from "../../store/index.ts";
import { type ChartData, LineChart } from "../charts/line-chart.tsx";
import type { LineSeries } from "../charts/plot-options.ts";
import { plural, score, significant } from "../format.ts";
import { VARIANT_NAMES } from "../sentences.ts";
import { useApp } from "../use-app.ts";
import { whenText } from "./run-words.ts";

const LOOKS: readonly Pick<LineSeries, "color" | "dash">[] = [
  { color: "accent" },
  { color: "missed", dash: [5, 3] },
  { color: "matched", dash: [2, 3] },
  { color: "merged", dash: [6, 2, 1, 2] },
  { color: "false" },
  { color: "ink", dash: [5, 3] },
];

const UNIT_RANGE = [0, 1] as const;
const never = (_state: AppState): unknown => null;

export function RunCurves() {
  const records = useApp(({ runs }) => runs.records);
  const overlaid = useApp(({ runs }) => runs.overlaid);
  const variant = useApp(({ view }) => view.score);
  const drawn = useMemo(
    () => overlaid.flatMap((id) => records.filter((record) => record.id === id)),
    [records, overlaid],
  );
  const series = useMemo(
    () =>
      drawn.map((record, i) => ({
        label: `${record.note === "" ? whenText(record.startedAtMs) : record.note.slice(0, 30)}, seed ${record.seed}`,
        ...(LOOKS[i] ?? { color: "ink" }),
      })),
    [drawn],
  );
  const scores = useMemo(() => joined(drawn.map((record) => scoresOf(record, variant))), [drawn, variant]);
  const losses = useMemo(
    () => joined(drawn.map(({ loss }) => loss.step.map((step, i) => [step, loss.total[i] ?? Number.NaN]))),
    [drawn],
  );
  const readScores = useMemo(() => () => scores, [scores]);
  const readLosses = useMemo(() => () => losses, [losses]);
  if (drawn.length === 0) return null;
  const longest = Math.max(1, ...drawn.map(({ steps }) => steps));
  const common = { series, revisionOf: never, heightPx: 150, xMax: longest };
  return (
    <div className="runs-curves">
      <LineChart
        {...common}
        title="Scores of the chosen runs by step"
        sentence={`${VARIANT_NAMES[variant]} hmean of ${plural(drawn.length, "run")} by step.`}
        read={readScores}
        yRange={UNIT_RANGE}
        format={score}
      />
      <LineChart
        {...common}
        title="Losses of the chosen runs by step"
        sentence={`Loss of ${plural(drawn.length, "run")} by step, single points of each, not smoothed.`}
        read={readLosses}
        yRange={null}
        format={significant}
      />
    </div>
  );
}

type Point = readonly [step: number, value: number];

function scoresOf({ evaluations }: RunRecord, variant: ScoreVariant): Point[] {
  return evaluations.map(({ step, hmean }) => [step, hmean[variant]]);
}

/** On one axis of steps; between its own points a run has no value there and its line is drawn through. */
function joined(runs: readonly (readonly Point[])[]): ChartData {
  const steps = [...new Set(runs.flatMap((points) => points.map(([step]) => step)))].sort((a, b) => a - b);
  const y = runs.map((points) => {
    const at = new Map(points);
    return steps.map((step) => at.get(step) ?? Number.NaN);
  });
  return { x: steps, y };
}
