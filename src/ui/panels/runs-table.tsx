// One row a run: what it has otherwise than its preset or than the baseline, and what came of it.

import { useMemo } from "react";
import { bestOf, differenceOf, OVERLAY_LIMIT, type RunRecord } from "../../store/index.ts";
import { count, score, significant, UNKNOWN } from "../format.ts";
import { VARIANT_NAMES } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { endText, presetDifference, settingText, whenText } from "./run-words.ts";

interface Props {
  readonly records: readonly RunRecord[];
  readonly openId: string | null;
  readonly onOpen: (id: string | null) => void;
}

export function RunsTable({ records, openId, onOpen }: Props) {
  const variant = useApp(({ view }) => view.score);
  const baseline = records.find(({ isPinned }) => isPinned);
  return (
    <div className="scroll-x runs-scroll">
      <table className="lab-table runs-table">
        <caption className="small muted">
          {`Best ${VARIANT_NAMES[variant]} hmean after the first step; ms/step is the median of the steps made. `}
          {baseline === undefined
            ? "Settings against each run's preset; pin a run to compare with it instead."
            : "Settings and scores against the pinned baseline."}
        </caption>
        <thead>
          <tr>
            <th scope="col">Draw</th>
            <th scope="col">Baseline</th>
            <th scope="col">Run</th>
            <th scope="col">Settings that differ</th>
            <th scope="col" className="end">
              Seed
            </th>
            <th scope="col" className="end">
              Steps
            </th>
            <th scope="col" className="end">
              Best hmean
            </th>
            <th scope="col" className="end">
              at step
            </th>
            <th scope="col" className="end">
              ms/step
            </th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <Row
              key={record.id}
              record={record}
              baseline={baseline}
              isOpen={record.id === openId}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly record: RunRecord;
  readonly baseline: RunRecord | undefined;
  readonly isOpen: boolean;
  readonly onOpen: (id: string | null) => void;
}

function Row({ record, baseline, isOpen, onOpen }: RowProps) {
  const { runs } = usePlayground();
  const variant = useApp(({ view }) => view.score);
  const overlaid = useApp((state) => state.runs.overlaid);
  const best = bestOf(record, variant);
  const name = whenText(record.startedAtMs);
  const isDrawn = overlaid.includes(record.id);
  const reference = baseline === undefined || baseline.id === record.id ? null : baseline;
  return (
    <tr className={record.isPinned ? "is-baseline" : ""}>
      <td>
        <input
          type="checkbox"
          aria-label={`Draw the curves of the run of ${name}`}
          title={`At most ${OVERLAY_LIMIT}; the one drawn longest goes`}
          checked={isDrawn}
          onChange={() => runs.toggleOverlay(record.id)}
        />
      </td>
      <td>
        <button
          type="button"
          className="link"
          aria-pressed={record.isPinned}
          aria-label={`${record.isPinned ? "pinned" : "pin"} the run of ${name} as baseline`}
          onClick={() => runs.pin(record.id)}
        >
          {record.isPinned ? "pinned" : "pin"}
        </button>
      </td>
      <th scope="row">
        <button
          type="button"
          className="link"
          aria-expanded={isOpen}
          onClick={() => onOpen(isOpen ? null : record.id)}
        >
          {name}
        </button>
        <span className="small muted"> {endText(record.end)}</span>
      </th>
      <td className="runs-settings">
        <SettingsCell record={record} reference={reference} />
      </td>
      <td className="end figures">{record.seed}</td>
      <td className="end figures">{count(record.steps)}</td>
      <td className="end figures">
        {score(best?.hmean)}
        <Against here={best?.hmean} there={reference && bestOf(reference, variant)?.hmean} unit="" />
      </td>
      <td className="end figures">{best === null ? UNKNOWN : count(best.step)}</td>
      <td className="end figures" title={record.stepMs === null ? "" : `n = ${record.stepMs.n} steps`}>
        {record.stepMs === null ? UNKNOWN : significant(record.stepMs.median)}
        <Against here={record.stepMs?.median} there={reference?.stepMs?.median} unit="%" />
      </td>
      <td className="runs-note-cell">{record.note}</td>
    </tr>
  );
}

function SettingsCell({
  record,
  reference,
}: {
  readonly record: RunRecord;
  readonly reference: RunRecord | null;
}) {
  const differences = useMemo(
    () => (reference === null ? presetDifference(record) : differenceOf(record, reference)),
    [record, reference],
  );
  if (record.isPinned) return <span className="muted">baseline</span>;
  const start = reference === null ? `${record.preset}` : "";
  if (differences.length === 0)
    return <span className="muted">{reference === null ? `${start}, nothing changed` : "none"}</span>;
  return (
    <>
      {start !== "" && <span className="muted">{start} </span>}
      {differences.map(({ path, label, to }) => (
        <span key={path} className="runs-setting" title={path}>
          {label} <strong className="figures">{settingText(path, to)}</strong>
        </span>
      ))}
    </>
  );
}

/** The plain difference of two single runs, in grey: one run each is no evidence, and no verdict is drawn from it. */
function Against(props: {
  readonly here: number | undefined;
  readonly there: number | null | undefined;
  readonly unit: "" | "%";
}) {
  const { here, there, unit } = props;
  if (here === undefined || there === undefined || there === null) return null;
  const by = unit === "%" ? 100 * (here / there - 1) : here - there;
  const text = `${by < 0 ? "−" : "+"}${Math.abs(by).toFixed(unit === "%" ? 1 : 3)}${unit === "%" ? " %" : ""}`;
  return (
    <span className="small muted" title="One run against one run: nothing is known of the spread">
      {` ${text}`}
    </span>
  );
}
