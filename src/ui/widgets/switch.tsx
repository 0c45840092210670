// A switch with words: on or off, named by its label, described by the line below it.

import { type ReactNode, useId } from "react";

interface Props {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (on: boolean) => void;
  readonly shortcut?: string;
  /** What it does, costs, shows. */
  readonly children?: ReactNode;
}

export function Switch({ label, isOn, onChange, shortcut, children }: Props) {
  const id = useId();
  return (
    <div className="switch-row">
      <div className="switch-line">
        <span id={`${id}-label`}>{label}</span>
        <button
          type="button"
          role="switch"
          className="switch"
          aria-checked={isOn}
          aria-labelledby={`${id}-label`}
          aria-describedby={`${id}-says`}
          aria-keyshortcuts={shortcut}
          title={shortcut === undefined ? label : `${label} (${shortcut})`}
          onClick={() => onChange(!isOn)}
        >
          <span className="switch-thumb" />
        </button>
      </div>
      <div id={`${id}-says`} className="small muted">
        {children}
      </div>
    </div>
  );
}
