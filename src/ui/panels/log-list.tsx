// The log: plain sentences with time and source, filtered by source and level, copied as text.

import { useMemo, useState } from "react";
import { type LogEntry, logText } from "../../store/index.ts";
import { useApp, usePlayground } from "../use-app.ts";

const SHOWN = 200;

export function LogList() {
  const playground = usePlayground();
  const entries = useApp(({ log }) => log.entries);
  const [source, setSource] = useState("all");
  const [onlyTrouble, setOnlyTrouble] = useState(false);
  const sources = useMemo(() => [...new Set(entries.map((entry) => entry.source))].sort(), [entries]);
  const shown = entries.filter(
    (entry) => (source === "all" || entry.source === source) && (!onlyTrouble || entry.level !== "info"),
  );
  const copy = (): void => {
    navigator.clipboard.writeText(logText(shown)).then(
      () => playground.note(`${shown.length} lines of the log are copied.`),
      () => playground.note("The browser did not allow copying."),
    );
  };
  return (
    <div className="drawer-body">
      <div className="toolbar">
        <label htmlFor="log-source">From</label>
        <select id="log-source" value={source} onChange={(event) => setSource(event.target.value)}>
          <option value="all">everywhere</option>
          {sources.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <label className="check">
          <input
            type="checkbox"
            checked={onlyTrouble}
            onChange={(event) => setOnlyTrouble(event.target.checked)}
          />
          Warnings and errors only
        </label>
        <div className="spring" />
        <button type="button" className="button" disabled={shown.length === 0} onClick={copy}>
          Copy as text
        </button>
      </div>
      {shown.length === 0 ? (
        <p className="empty small muted">Nothing to show. Every automatic action leaves a line here.</p>
      ) : (
        <ol className="log" reversed>
          {shown
            .slice(-SHOWN)
            .reverse()
            .map((entry) => (
              <LogLine key={entry.id} entry={entry} />
            ))}
        </ol>
      )}
    </div>
  );
}

function LogLine({ entry }: { readonly entry: LogEntry }) {
  const time = new Date(entry.timeMs);
  return (
    <li className={`log-${entry.level}`}>
      <time className="figures muted" dateTime={time.toISOString()}>
        {time.toLocaleTimeString([], { hour12: false })}
      </time>
      <span className="log-source muted">{entry.source}</span>
      <span>
        {entry.level !== "info" && <strong>{entry.level === "warning" ? "Warning: " : "Error: "}</strong>}
        {entry.text}
      </span>
    </li>
  );
}
