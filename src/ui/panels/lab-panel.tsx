// The Assessment lab: what to measure, how far it is, what was found. It measures beside the person's run, which is paused.

import { DEFAULT_WISHES, FACTORS, MAX_BLOCKS, MIN_BLOCKS } from "../../config/index.ts";
import { duration, plural } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { CommandButton } from "../widgets/command-button.tsx";
import { NumberBox } from "../widgets/number-box.tsx";
import { Progress } from "../widgets/progress.tsx";
import { LabCheck } from "./lab-check.tsx";
import { LabOriginal } from "./lab-original.tsx";
import { LabOutcome } from "./lab-outcome.tsx";
import { LabTable } from "./lab-table.tsx";

export function LabPanel() {
  const error = useApp(({ lab }) => lab.error);
  const job = useApp(({ lab }) => lab.job);
  const hasResult = useApp(({ lab }) => lab.outcome !== null || lab.original !== null || lab.check !== null);
  return (
    <div className="drawer-body lab">
      <Wishes />
      {error !== null && (
        <p className="lab-error" role="alert">
          {error.message} {error.next}
        </p>
      )}
      {job !== null && <LabProgress />}
      {job === null && !hasResult && <Empty />}
      <LabOutcome />
      <LabOriginal />
      <LabCheck />
    </div>
  );
}

function Empty() {
  return (
    <p className="lab-empty muted">
      Does a switch help or hurt? Assess measures every arm in balanced blocks from the same weights and the
      same pages, proves by counters that each switch did something, and answers with an interval. Your own
      run is paused meanwhile and goes on afterwards.
    </p>
  );
}

function Wishes() {
  const playground = usePlayground();
  const wishes = useApp(({ lab }) => lab.wishes);
  const job = useApp(({ lab }) => lab.job);
  const hasPages = useApp(({ data }) => data.dataset !== null);
  const isOff = job !== null;
  const { lab } = playground;
  const toggle = (id: string, on: boolean): void => {
    const factors = FACTORS.map((factor) => factor.id).filter((known) =>
      known === id ? on : wishes.factors.includes(known),
    );
    lab.setWishes({ factors });
  };
  const number = (key: "blocks" | "minutes" | "marginPct", min: number, max: number, isInteger: boolean) => (
    <NumberBox
      id={`lab-${key}`}
      type={{ kind: "number", min, max, step: 1, isInteger }}
      value={wishes[key]}
      isDisabled={isOff}
      describedBy="lab-plan"
      unitSize={1}
      onChange={(value) => lab.setWishes({ [key]: Number(value) })}
    />
  );
  return (
    <div className="toolbar lab-wishes">
      <fieldset className="lab-factors" disabled={isOff}>
        <legend className="visually-hidden">Features to assess, alone and in pairs</legend>
        {FACTORS.map(({ id, label }) => (
          <label key={id} className="check">
            <input
              type="checkbox"
              checked={wishes.factors.includes(id)}
              onChange={(event) => toggle(id, event.target.checked)}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <label htmlFor="lab-blocks">Blocks</label>
      {number("blocks", MIN_BLOCKS, MAX_BLOCKS, true)}
      <label htmlFor="lab-minutes">Limit</label>
      {number("minutes", 0.5, 120, false)}
      <span className="muted">min</span>
      <label htmlFor="lab-marginPct">Matters beyond ±</label>
      {number("marginPct", 0.1, 50, false)}
      <span className="muted">%</span>
      <span className="visually-hidden" id="lab-plan">
        {`At least so many blocks, then until every question is answered or the limit is reached. Default ${DEFAULT_WISHES.blocks} blocks, ${DEFAULT_WISHES.minutes} minutes.`}
      </span>
      <div className="lab-buttons">
        {job === null ? (
          <CommandButton id="assess" className="primary" hasKey>
            Assess
          </CommandButton>
        ) : (
          <button type="button" className="button" onClick={() => lab.stop()}>
            Stop and conclude
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={isOff || !hasPages}
          title="Under a minute: is everything alive on this machine?"
          onClick={() => void lab.quickCheck()}
        >
          Quick validation
        </button>
        <button
          type="button"
          className="button"
          disabled={isOff || !hasPages}
          title="Its protocol run faithfully, and why it could not answer"
          onClick={() => void lab.runOriginal()}
        >
          As in the original report
        </button>
      </div>
    </div>
  );
}

function LabProgress() {
  const progress = useApp(({ lab }) => lab.progress);
  const doing = useApp(({ lab }) => lab.doing);
  const margin = useApp(({ lab }) => lab.wishes.marginPct);
  if (progress === null) return doing === null ? null : <Progress {...doing} />;
  const { block, order, unitsDone, arms, length, elapsedMs, limitMs, rows, dryMs } = progress;
  const measured = length === null ? 0 : length.stretches * length.stretchSteps;
  return (
    <div className="lab-progress">
      <Progress
        doing={block === 0 ? progress.doing : `Block ${block}: ${progress.doing}`}
        done={unitsDone}
        total={block === 0 ? 0 : order.length}
      />
      {block > 0 && (
        <ol className="lab-order" aria-label="Order of this block">
          {order.map((id, i) => (
            <li key={id} className={i < unitsDone ? "is-done" : i === unitsDone ? "is-running" : ""}>
              {arms.find((arm) => arm.id === id)?.label}
            </li>
          ))}
        </ol>
      )}
      <p className="small muted figures">
        {duration(elapsedMs)} of at most {duration(limitMs)}
        {length !== null &&
          ` · a unit: ${plural(length.warmupSteps, "warm-up step")} that do not count, then ${measured} measured over ${plural(length.pages, "page")}`}
        {dryMs.length > 0 &&
          ` · dry unit, thrown away: ${duration(dryMs[0])} for its first step, ${duration(dryMs.at(-1))} for its last`}
      </p>
      {rows.length > 0 && <LabTable rows={rows} marginPct={margin} />}
    </div>
  );
}
