// Quick validation: what is alive on this machine and what is missing, line by line.

import { duration } from "../format.ts";
import { useApp } from "../use-app.ts";

export function LabCheck() {
  const check = useApp(({ lab }) => lab.check);
  const job = useApp(({ lab }) => lab.job);
  if (check === null || job === "quick check") return null;
  const failed = check.checks.filter(({ passed }) => !passed).length;
  return (
    <section className="lab-outcome" aria-label="Quick validation">
      <h3>Quick validation</h3>
      <p role="status">
        {check.passed
          ? `Everything that is needed is alive; checked in ${duration(check.elapsedMs)}.`
          : `${failed} of ${check.checks.length} checks failed; it took ${duration(check.elapsedMs)}.`}
      </p>
      <ul className="lab-gates">
        {check.checks.map(({ id, passed, says }) => (
          <li key={`${id} ${says}`} className={passed ? "" : "lab-failed"}>
            {`${passed ? (id.startsWith("engine ") ? "·" : "✓") : "✗"} ${says}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
