// The race: two engines train the same network on the same batches, a step each in turn. What is shown are the measured pairs,
// their ratio with its interval, and whether both learn the same.

import { useMemo, useState } from "react";
import type { EngineId, RaceStep } from "../../protocol/index.ts";
import type { AppState } from "../../store/index.ts";
import { type ChartData, LineChart } from "../charts/line-chart.tsx";
import type { LineSeries } from "../charts/plot-options.ts";
import { duration, loss, significant } from "../format.ts";
import { raceSentence } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { Progress } from "../widgets/progress.tsx";

const COUNTED_STEPS = 20;

export function RacePanel() {
  const playground = usePlayground();
  const engines = useApp((state) => state.engines);
  const job = useApp(({ lab }) => lab.job);
  const hasPages = useApp(({ data }) => data.dataset !== null);
  const [wanted, setWanted] = useState<readonly [EngineId, EngineId] | null>(null);
  const here = (engines ?? []).filter(({ available }) => available).map(({ id }) => id);
  const [first, second] = wanted ?? proposal(here);
  if (engines === null) return <p className="empty">The trainer is still looking at this machine.</p>;
  if (first === undefined || second === undefined)
    return <p className="empty">Only one engine runs on this machine: there is nobody to race against.</p>;
  const isRacing = job === "race";
  return (
    <div className="race">
      <p className="small muted">
        Both engines begin from the same weights and get the same batches, a step each in turn. Your own run
        is paused meanwhile and goes on afterwards. The network and its size are those of the settings.
      </p>
      <div className="race-controls">
        <EngineChoice
          label="First"
          value={first}
          choices={here}
          onChange={(id) => setWanted([id, id === second ? first : second])}
        />
        <EngineChoice
          label="Second"
          value={second}
          choices={here}
          onChange={(id) => setWanted([id === first ? second : first, id])}
        />
        {isRacing ? (
          <button type="button" className="button" onClick={() => playground.lab.stop()}>
            Stop the race
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            disabled={job !== null || !hasPages}
            onClick={() => void playground.lab.race([first, second], COUNTED_STEPS)}
          >
            Start the race
          </button>
        )}
      </div>
      <RaceProgress isRacing={isRacing} />
      <RaceResult />
    </div>
  );
}

/** The default: the fastest that runs here against plain tfjs. */
function proposal(here: readonly EngineId[]): readonly (EngineId | undefined)[] {
  const [first] = here;
  const rival = here.find((id) => id.startsWith("tfjs") && id !== first) ?? here[1];
  return [first, rival];
}

function EngineChoice({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: EngineId;
  readonly choices: readonly EngineId[];
  readonly onChange: (id: EngineId) => void;
}) {
  return (
    <label className="small">
      {label}{" "}
      <select
        aria-label={`${label} engine`}
        value={value}
        onChange={(event) => onChange(choices[event.target.selectedIndex] ?? value)}
      >
        {choices.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
}

function RaceProgress({ isRacing }: { readonly isRacing: boolean }) {
  const doing = useApp(({ lab }) => lab.doing);
  const steps = useApp(({ lab }) => lab.race?.steps.length ?? 0);
  const asked = useApp(({ lab }) => lab.race?.stepsAsked ?? 0);
  const error = useApp(({ lab }) => lab.error);
  if (isRacing && doing !== null) return <Progress {...doing} />;
  if (isRacing) return <Progress doing="racing" done={steps} total={asked} />;
  return error === null ? null : <p role="alert">{`${error.message} ${error.next}`}</p>;
}

function RaceResult() {
  const { store } = usePlayground();
  const race = useApp(({ lab }) => lab.race);
  const read = useMemo(() => () => chartOf(store.getState().lab.race?.steps ?? []), [store]);
  const series = useMemo(() => seriesOf(race?.engines ?? ["wasm", "wasm"]), [race?.engines]);
  if (race === null || race.steps.length === 0) return null;
  const sentence = raceSentence(race.engines, race.steps, race.outcome);
  const counted = race.steps.filter(({ isWarmUp }) => !isWarmUp);
  return (
    <>
      <p role={race.outcome === null ? undefined : "status"}>
        <strong>{sentence}</strong>
      </p>
      <table className="scores small figures">
        <thead>
          <tr>
            <th scope="col">{`Engine (${race.model})`}</th>
            <th scope="col">ms a step, median</th>
            <th scope="col">fastest</th>
            <th scope="col">slowest</th>
            <th scope="col">steps</th>
            <th scope="col">last loss</th>
          </tr>
        </thead>
        <tbody>
          {race.engines.map((id, which) => {
            const times = counted.map(({ stepMs }) => stepMs[which] ?? Number.NaN).sort((a, b) => a - b);
            return (
              <tr key={id}>
                <th scope="row">{id}</th>
                <td>{duration(times[Math.floor(times.length / 2)])}</td>
                <td>{duration(times[0])}</td>
                <td>{duration(times.at(-1))}</td>
                <td>{times.length}</td>
                <td>{loss(race.steps.at(-1)?.losses[which])}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <LineChart
        title="Loss of both engines by step"
        sentence="Both lines lie on each other where the engines learn the same."
        series={series}
        read={read}
        revisionOf={revisionOf}
        heightPx={120}
        yRange={null}
        xMax={race.stepsAsked}
        format={significant}
      />
    </>
  );
}

const revisionOf = (state: AppState): unknown => state.lab.race;

function seriesOf([first, second]: readonly [EngineId, EngineId]): readonly LineSeries[] {
  return [
    { label: first, color: "accent", width: 3 },
    { label: second, color: "false", dash: [4, 4] },
  ];
}

function chartOf(steps: readonly RaceStep[]): ChartData {
  return {
    x: steps.map(({ step }) => step),
    y: [steps.map(({ losses }) => losses[0]), steps.map(({ losses }) => losses[1])],
  };
}
