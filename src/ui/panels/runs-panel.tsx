// Every run that was made: the table, curves of chosen runs over each other, and groups that differ in one setting only.

import { useMemo, useState } from "react";
import { differenceOf, linkOf, type RunRecord } from "../../store/index.ts";
import { plural } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { RunCurves } from "./run-curves.tsx";
import { RunGroups } from "./run-groups.tsx";
import { RunsTable } from "./runs-table.tsx";
import { settingText } from "./run-words.ts";

export function RunsPanel() {
  const records = useApp(({ runs }) => runs.records);
  const place = useApp(({ runs }) => runs.place);
  const [openId, setOpenId] = useState<string | null>(null);
  const open = records.find(({ id }) => id === openId);
  if (records.length === 0) {
    return (
      <p className="drawer-body muted">
        No run yet. Every run that makes a step gets a row here, with its settings, seed, best score and step
        time, to be compared with others.
      </p>
    );
  }
  return (
    <div className="drawer-body runs">
      <p className="small muted">
        {`${plural(records.length, "run")}, newest first. `}
        {place === "browser"
          ? "They are kept in this browser; nothing leaves it."
          : "They are gone when this tab is closed."}
      </p>
      <RunsTable records={records} openId={openId} onOpen={setOpenId} />
      {open !== undefined && <RunDetails key={open.id} record={open} />}
      <RunCurves />
      <RunGroups />
    </div>
  );
}

/** The chosen run against the baseline, else against its preset's first run of the same kind: which settings, both values. */
function RunDetails({ record }: { readonly record: RunRecord }) {
  const playground = usePlayground();
  const baseline = useApp(({ runs }) => runs.records.find(({ isPinned }) => isPinned));
  const [isAsking, setAsking] = useState(false);
  const differences = useMemo(
    () => (baseline === undefined || baseline.id === record.id ? [] : differenceOf(record, baseline)),
    [record, baseline],
  );
  return (
    <section className="runs-details" aria-label="The chosen run">
      <label className="runs-note">
        Note{" "}
        <input
          type="text"
          maxLength={500}
          defaultValue={record.note}
          placeholder="What was this run about?"
          onBlur={(event) => {
            if (event.target.value !== record.note) playground.runs.setNote(record.id, event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") event.currentTarget.blur();
          }}
        />
      </label>
      <div className="toolbar">
        <button type="button" className="button" onClick={() => playground.openLink(linkOf(record))}>
          Use these settings
        </button>
        {isAsking ? (
          <>
            <span>The record cannot be brought back.</span>
            <button type="button" className="button" onClick={() => playground.runs.remove(record.id)}>
              Remove it
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              Keep it
            </button>
          </>
        ) : (
          <button type="button" className="button" onClick={() => setAsking(true)}>
            Remove …
          </button>
        )}
      </div>
      <p className="small muted">
        {`${record.engine}; pages ${record.dataset.name}, hash ${record.dataset.hash}.`}
        {record.changedLive.length > 0 && ` Changed while it ran: ${record.changedLive.join(", ")}.`}
      </p>
      {differences.length > 0 && (
        <table className="lab-table runs-differences">
          <caption className="small muted">Settings that differ from the baseline</caption>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Baseline</th>
              <th scope="col">This run</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ path, label, from, to }) => (
              <tr key={path}>
                <th scope="row" title={path}>
                  {label}
                </th>
                <td className="figures">{settingText(path, from)}</td>
                <td className="figures">{settingText(path, to)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
