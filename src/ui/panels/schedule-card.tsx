// The learning rate of every step of the run as it is configured now, before anything has run.

import { useCallback } from "react";
import { learningRateAt } from "../../config/index.ts";
import { type AppState, stepsAhead, stepOf } from "../../store/index.ts";
import { LineChart } from "../charts/line-chart.tsx";
import { count, rate } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { Card } from "../widgets/card.tsx";

const SERIES = [{ label: "learning rate", color: "accent", width: 1.8 }];
const POINTS = 200;

const revisionOf = ({ settings }: AppState): unknown => settings.resolved;

export function ScheduleCard() {
  const { store } = usePlayground();
  const config = useApp(({ settings }) => settings.resolved.config);
  const steps = useApp(stepsAhead);
  const now = useApp(({ run }) => stepOf(run.state));
  const read = useCallback(() => {
    const { settings } = store.getState();
    const points = steps === null ? 0 : Math.min(POINTS, steps);
    const x = Array.from({ length: points }, (_, i) =>
      points === 1 ? 0 : Math.round((i * ((steps ?? 1) - 1)) / (points - 1)),
    );
    return { x, y: [x.map((step) => learningRateAt(settings.resolved.config, step, steps ?? 1))] };
  }, [store, steps]);
  const { kind, warmupSteps } = config.schedule;
  const peak = rate(config.optimizer.learningRate);
  const warm = warmupSteps > 0 ? ` after ${count(warmupSteps)} steps of warm-up` : "";
  const sentence =
    steps === null
      ? "The pages are not known yet."
      : `${kind.charAt(0).toUpperCase()}${kind.slice(1)} from ${peak}${warm}, ${count(steps)} steps; step ${count(now)} has ${rate(learningRateAt(config, now, steps))}.`;
  return (
    <Card title="Learning rate, as planned">
      <LineChart
        title="Planned learning rate by step"
        sentence={sentence}
        series={SERIES}
        read={read}
        revisionOf={revisionOf}
        heightPx={120}
        yRange={null}
        xMax={steps ?? 1}
        format={rate}
      />
    </Card>
  );
}
