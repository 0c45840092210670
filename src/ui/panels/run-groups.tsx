// Runs grouped by all settings but one: means over seeds with their 95 % interval, and the number of seeds beside each.

import { useMemo } from "react";
import { differingPaths, groupRuns, labelOf, type RunGroup } from "../../store/index.ts";
import { count, score, significant } from "../format.ts";
import { VARIANT_NAMES } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { intervalText, settingText } from "./run-words.ts";

export function RunGroups() {
  const { runs } = usePlayground();
  const records = useApp((state) => state.runs.records);
  const groupBy = useApp((state) => state.runs.groupBy);
  const variant = useApp(({ view }) => view.score);
  const paths = useMemo(() => differingPaths(records), [records]);
  const chosen = groupBy === null || !paths.includes(groupBy) ? (paths[0] ?? null) : groupBy;
  const groups = useMemo(
    () => (chosen === null ? [] : groupRuns(records, chosen, variant)),
    [records, chosen, variant],
  );
  if (records.length < 2) return null;
  const compared = groups.filter(({ rows }) => rows.length > 1);
  const alone = groups.filter(({ rows }) => rows.length === 1);
  return (
    <section className="runs-groups" aria-labelledby="runs-groups-title">
      <h3 id="runs-groups-title">What one setting does</h3>
      {chosen === null ? (
        <p className="small muted">All runs have the same settings: change one and train again.</p>
      ) : (
        <>
          <label className="toolbar small">
            Runs that share everything but the seed and
            <select value={chosen} onChange={(event) => runs.groupBy(event.target.value)}>
              {paths.map((path) => (
                <option key={path} value={path}>
                  {labelOf(path)}
                </option>
              ))}
            </select>
          </label>
          {compared.map((group) => (
            <Group key={group.key} group={group} path={chosen} variantName={VARIANT_NAMES[variant]} />
          ))}
          {compared.length === 0 && (
            <p className="small muted">
              {`No two runs differ in “${labelOf(chosen)}” alone: each has something else that differs too.`}
            </p>
          )}
          {compared.length > 0 && alone.length > 0 && (
            <p className="small muted">{`${count(alone.length)} other groups have one value each and nothing to compare.`}</p>
          )}
        </>
      )}
    </section>
  );
}

function Group(props: { readonly group: RunGroup; readonly path: string; readonly variantName: string }) {
  const { group, path, variantName } = props;
  return (
    <table className="lab-table">
      <caption className="small muted">
        {`Mean over seeds with its 95 % interval (Student's t), n seeds. Best ${variantName} hmean of each run.`}
      </caption>
      <thead>
        <tr>
          <th scope="col">{labelOf(path)}</th>
          <th scope="col" className="end">
            Runs
          </th>
          <th scope="col" className="end">
            Steps
          </th>
          <th scope="col">Best hmean</th>
          <th scope="col">ms/step</th>
        </tr>
      </thead>
      <tbody>
        {group.rows.map(({ value, runIds, hmean, stepMs, steps: [fewest, most] }) => (
          <tr key={String(value)}>
            <th scope="row">{settingText(path, value)}</th>
            <td className="end figures">{runIds.length}</td>
            <td className="end figures">
              {fewest === most ? count(fewest) : `${count(fewest)} to ${count(most)}`}
            </td>
            <td className="figures">
              {group.warning === null ? (
                intervalText(hmean, score)
              ) : (
                <span className="muted">not compared</span>
              )}
            </td>
            <td className="figures">{intervalText(stepMs, significant)}</td>
          </tr>
        ))}
        {group.warning !== null && (
          <tr>
            <td colSpan={5} className="lab-failed">
              {group.warning}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
