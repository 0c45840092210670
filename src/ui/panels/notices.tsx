// What a person must know before going on: a failure with what was kept and what to do, the engine that stands in, settings
// that a link could not mean, pages that wait. Plain boxes in the reading order; a failure is announced at once.

import { useMemo } from "react";
import type { ErrorData } from "../../core/index.ts";
import { warningsOnPages } from "../../store/index.ts";
import { plural } from "../format.ts";
import { ERROR_HEADINGS } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";

export function Notices() {
  return (
    <>
      <Failures />
      <EngineNotice />
      <SettingsNotice />
      <WaitingPages />
    </>
  );
}

function Failures() {
  const playground = usePlayground();
  const error = useApp((state) => state.error);
  const failed = useApp(({ run }) => (run.state.kind === "failed" ? run.state.error : null));
  return (
    <>
      {error !== null && (
        <ErrorCard error={error}>
          <button type="button" className="button" onClick={() => playground.dismissError()}>
            Close
          </button>
        </ErrorCard>
      )}
      {failed !== null && (
        <ErrorCard error={failed}>
          <button type="button" className="button" onClick={() => void playground.reset("same")}>
            Reset
          </button>
        </ErrorCard>
      )}
    </>
  );
}

interface ErrorCardProps {
  readonly error: ErrorData;
  readonly children: React.ReactNode;
}

function ErrorCard({ error, children }: ErrorCardProps) {
  const rows = [
    { name: "Kept", text: error.kept },
    { name: "What to do", text: error.next },
  ].filter(({ text }) => text !== "");
  const details = [error.what, error.doing === "" ? "" : `While ${error.doing}.`, error.cause].filter(
    (t) => t !== "",
  );
  return (
    <div className="notice notice-error" role="alert">
      <div className="notice-text">
        <h2>{ERROR_HEADINGS[error.code]}</h2>
        <p>{error.message}</p>
        {rows.map(({ name, text }) => (
          <p key={name}>
            <strong>{name}: </strong>
            {text}
          </p>
        ))}
        {details.length > 0 && (
          <details>
            <summary>Details</summary>
            <pre>{details.join("\n")}</pre>
          </details>
        )}
      </div>
      {children}
    </div>
  );
}

/** Which engine stands in for the first choice, or that none can run here. */
function EngineNotice() {
  const engine = useApp(({ run }) => run.engine);
  const engines = useApp((state) => state.engines);
  const wanted = useApp(({ settings }) => settings.resolved.config.engine.kind);
  if (engine !== null && engine.fallbackNotice !== "") {
    const tone = engine.id.startsWith("tfjs") ? "warning" : "info";
    return <div className={`notice notice-${tone}`}>{engine.fallbackNotice}</div>;
  }
  if (engines === null || engines.length === 0) return null;
  if (engines.every(({ available }) => !available)) {
    return (
      <div className="notice notice-warning">
        {`Nothing can train here: ${engines.map(({ id, reason }) => `${id}: ${reason}`).join(" ")}`}
      </div>
    );
  }
  const best = engines.find(({ why }) => why !== undefined);
  if (engine !== null || wanted !== "auto" || best?.why === undefined || best.id.endsWith("webgpu"))
    return null;
  if (best.id === "wasm") {
    return (
      <div className="notice notice-info">{`Training will run on the processor (WASM SIMD). ${best.why}`}</div>
    );
  }
  return (
    <div className="notice notice-warning">
      {`Training will run on ${best.id} and be much slower. ${best.why} Use a current Chrome with graphics acceleration switched on.`}
    </div>
  );
}

function SettingsNotice() {
  const playground = usePlayground();
  const notices = useApp(({ settings }) => settings.notices);
  const judged = useApp(({ settings }) => settings.warnings);
  const config = useApp(({ settings }) => settings.resolved.config);
  const trainPages = useApp(({ data }) => data.dataset?.trainPages ?? null);
  const warnings = useMemo(() => warningsOnPages(judged, config, trainPages), [judged, config, trainPages]);
  if (notices.length === 0 && warnings.length === 0) return null;
  return (
    <div className="notice notice-warning" role="status">
      <ul className="notice-text">
        {notices.map((notice) => (
          <li key={notice}>{notice}</li>
        ))}
        {warnings.map(({ path, sentence }) => (
          <li key={path}>{`${path} ${sentence}`}</li>
        ))}
      </ul>
      {notices.length > 0 && (
        <button type="button" className="button" onClick={() => playground.dismissNotices()}>
          Close
        </button>
      )}
    </div>
  );
}

function WaitingPages() {
  const playground = usePlayground();
  const waiting = useApp(({ data }) => data.waiting);
  if (waiting === null) return null;
  return (
    <div className="notice notice-info" role="status">
      <p className="notice-text">
        {`“${waiting.name}” is ready with ${plural(waiting.trainPages, "page")}. It replaces the pages of this run at the next reset.`}
      </p>
      <button type="button" className="button" onClick={() => void playground.reset("same")}>
        Reset now
      </button>
    </div>
  );
}
