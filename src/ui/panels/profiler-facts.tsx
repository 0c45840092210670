// Beside the timeline: memory by purpose and thread, how exactly the clocks are known, and what each depth costs here.

import type { ProfilerCost } from "../../protocol/index.ts";
import { trackName } from "../../trace/index.ts";
import { bytes, count, duration } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";

const DEPTHS = [
  { depth: 0, label: "0 · counters only" },
  { depth: 1, label: "1 · phases" },
  { depth: 2, label: "2 · every kernel" },
] as const;

/** What the profiler costs, beside every depth, as the Assessment lab measured it on this machine. */
export function CostFacts() {
  const { lab } = usePlayground();
  const costs = useApp((state) => state.lab.profilerCost);
  const job = useApp((state) => state.lab.job);
  const doing = useApp((state) => (state.lab.job === "profiler cost" ? state.lab.doing : null));
  const failed = useApp((state) => state.lab.cost?.gates.find(({ passed }) => !passed)?.says);
  const hasPages = useApp(({ data }) => data.dataset !== null);
  return (
    <section aria-label="Its own cost">
      <h3>Its own cost</h3>
      <table className="facts small figures">
        <tbody>
          {DEPTHS.map(({ depth, label }) => (
            <tr key={depth}>
              <th scope="row">{label}</th>
              <td>{costSentence(costs.find((cost) => cost.depth === depth))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {failed !== undefined && (
        <p className="small lab-failed">{`No number of the last measurement: ${failed}`}</p>
      )}
      {doing !== null && <p className="small muted" role="status">{`${doing.doing} …`}</p>}
      {job === "profiler cost" ? (
        <button type="button" className="button" onClick={() => lab.stop()}>
          Stop and conclude
        </button>
      ) : (
        <button
          type="button"
          className="button"
          disabled={job !== null || !hasPages}
          title="Switches the depth every few steps of a run of its own, until it is known to ±1 % or the lab's limit is reached"
          onClick={() => void lab.profilerCost()}
        >
          Measure it here
        </button>
      )}
    </section>
  );
}

function costSentence(cost: ProfilerCost | undefined): string {
  if (cost === undefined) return "not measured on this machine yet";
  const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
  const { mean, ciLow, ciHigh, n } = cost.difference;
  return `${signed(mean)} % [${signed(ciLow)}, ${signed(ciHigh)}] of ${cost.of}, n = ${count(n)} blocks`;
}

export function MemoryFacts() {
  const playground = usePlayground();
  const memory = useApp(({ profiler }) => profiler.memory);
  const peak = useApp(({ profiler }) => profiler.peakBytes);
  const total = useApp(({ run }) => run.timing?.memoryBytes ?? 0);
  const heaps = useApp(({ profiler }) => profiler.heaps);
  const isMeasuring = useApp(({ profiler }) => profiler.isMeasuringHeaps);
  return (
    <section aria-label="Memory">
      <h3>Memory of the engine</h3>
      {total === 0 ? (
        <p className="small muted">Nothing is held yet.</p>
      ) : memory.length === 0 ? (
        <p className="small figures">{`${bytes(total)} in all; this engine does not tell what for.`}</p>
      ) : (
        <table className="facts small figures">
          <tbody>
            {memory.map(({ purpose, bytes: size }) => (
              <tr key={purpose}>
                <th scope="row">{purpose}</th>
                <td className="end">{bytes(size)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">peak of the sum</th>
              <td className="end">{bytes(peak)}</td>
            </tr>
          </tbody>
        </table>
      )}
      <h3>JavaScript heaps</h3>
      {heaps !== null && (
        <table className="facts small figures">
          <thead>
            <tr>
              <th scope="col">thread</th>
              <th scope="col" className="end">
                now
              </th>
              <th scope="col" className="end">
                peak measured
              </th>
            </tr>
          </thead>
          <tbody>
            {heaps.map(({ thread, bytes: size, peakBytes }) => (
              <tr key={thread}>
                <th scope="row">{thread}</th>
                <td className="end">{bytes(size)}</td>
                <td className="end">{bytes(peakBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <button
        type="button"
        className="button"
        disabled={isMeasuring}
        onClick={() => void playground.measureHeaps()}
      >
        {isMeasuring ? "Waiting for the browser…" : "Measure heaps"}
      </button>
    </section>
  );
}

/** How exactly threads lie on one clock. */
export function ClockFacts() {
  const { fast } = usePlayground();
  const clocks = useApp(({ profiler }) => profiler.clocks);
  useApp(({ profiler }) => profiler.revision);
  const { uncertaintyMs } = fast.trainerClock;
  if (!Number.isFinite(uncertaintyMs)) return null;
  const { lost, dropped } = fast.spans.missing;
  const all = [
    `trainer ± ${duration(uncertaintyMs)}`,
    ...clocks.map(
      (clock) => `${trackName(clock.track).toLowerCase()} ± ${duration(clock.uncertaintyMs)} more`,
    ),
  ];
  return (
    <p className="small muted figures">
      {`Clocks against the page's: ${all.join(", ")}. `}
      {`${count(dropped)} stretches were dropped because they ended before they began; ${count(lost)} spans were lost to full rings.`}
    </p>
  );
}
