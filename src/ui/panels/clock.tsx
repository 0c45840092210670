// The run's clock in the top bar: step, milliseconds a step, pages a second. Its place does not move when it is empty.

import { pagesPerSecond, stepOf } from "../../store/index.ts";
import { count, significant, UNKNOWN } from "../format.ts";
import { useApp } from "../use-app.ts";

export function Clock() {
  const step = useApp(({ run }) => stepOf(run.state));
  const planned = useApp(({ run }) => run.timing?.plannedSteps ?? null);
  const medianMs = useApp(({ run }) => run.timing?.stepMs.medianMs ?? Number.NaN);
  const measured = useApp(({ run }) => run.timing?.stepMs.count ?? 0);
  const rate = useApp(pagesPerSecond);
  return (
    <dl className="clock figures">
      <div>
        <dt>{planned === null ? "step" : `of ${count(planned)}`}</dt>
        <dd>{planned === null ? count(step) : `step ${count(step)}`}</dd>
      </div>
      <div title={measured > 0 ? `Median of ${count(measured)} steps` : "No step was measured yet"}>
        <dt>per step</dt>
        <dd>{Number.isFinite(medianMs) ? `${significant(medianMs)} ms` : UNKNOWN}</dd>
      </div>
      <div title="Pages trained in a second, from the median step">
        <dt>pages / s</dt>
        <dd>{rate === null ? UNKNOWN : significant(rate)}</dd>
      </div>
    </dl>
  );
}
