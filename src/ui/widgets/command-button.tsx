// A button for a command of the registry: its key, and whether it can be done now, come from there.

import type { ReactNode } from "react";
import { type CommandId, commandOf, runCommand } from "../commands/commands.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { Kbd } from "./kbd.tsx";

interface Props {
  readonly id: CommandId;
  readonly children: ReactNode;
  readonly className?: string;
  /** Name for screen readers where the words on the button do not say it. */
  readonly name?: string;
  readonly hasKey?: boolean;
  /** For buttons that stay pressed. */
  readonly isPressed?: boolean;
}

export function CommandButton({ id, children, className = "", name, hasKey = false, isPressed }: Props) {
  const playground = usePlayground();
  const command = commandOf(id);
  const isOff = useApp((state) => !command.isAllowed(state));
  return (
    <button
      type="button"
      className={`button ${className}`}
      disabled={isOff}
      aria-label={name}
      aria-pressed={isPressed}
      aria-keyshortcuts={command.keys === "Esc" ? "Escape" : command.keys}
      title={`${command.name} (${command.keys})`}
      onClick={() => runCommand(id, playground)}
    >
      {children}
      {hasKey && <Kbd keys={command.keys} />}
    </button>
  );
}
