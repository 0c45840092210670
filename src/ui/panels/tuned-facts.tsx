// Which kernel runs which shape of layer, where the engine chose by trial.

import { duration, plural } from "../format.ts";
import { useApp } from "../use-app.ts";

export function TunedFacts() {
  const tuned = useApp(({ run }) => run.engine?.tuned);
  if (tuned === undefined || tuned.length === 0) return null;
  return (
    <section aria-label="Kernels by trial">
      <h3>Kernels by trial</h3>
      <p className="small muted">
        The first of each row runs. Times are the fastest of up to three trials before the first step.
      </p>
      <details className="small">
        <summary>{plural(tuned.length, "shape")}</summary>
        <table className="facts small figures">
          <tbody>
            {tuned.map(({ shape, times }) => (
              <tr key={shape}>
                <th scope="row">{shape}</th>
                <td>
                  {times.map(({ kernel, milliseconds }) => `${kernel} ${duration(milliseconds)}`).join(", ")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
