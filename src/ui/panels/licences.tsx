// Licences of the models and typefaces that come along. The same list is docs/licences.md; a test holds the two together.

import { LICENCES } from "../../graph/index.ts";

export function Licences() {
  return (
    <details className="small">
      <summary>Licences of models and typefaces</summary>
      <ul className="licences">
        {LICENCES.map(({ what, from, licence }) => (
          <li key={what}>{`${what}: ${licence}. ${from}.`}</li>
        ))}
      </ul>
    </details>
  );
}
