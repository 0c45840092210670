// A number typed in full: it is taken when the field is left or Enter is pressed, so that half a number is never a setting.
// What cannot be read as a number in the range stays in the field with the reason.

import { useEffect, useState } from "react";
import { checkValue, clampValue, expectation, type FieldType, type FieldValue } from "../../config/index.ts";

interface Props {
  readonly id: string;
  readonly type: Extract<FieldType, { kind: "number" | "numberOrWord" }>;
  readonly value: FieldValue;
  readonly isDisabled: boolean;
  readonly describedBy: string;
  /** Values are shown divided by this (bytes as MiB). */
  readonly unitSize: number;
  readonly onChange: (value: FieldValue) => void;
}

export function NumberBox({ id, type, value, isDisabled, describedBy, unitSize, onChange }: Props) {
  const shown = typeof value === "number" ? String(value / unitSize) : String(value);
  const [text, setText] = useState(shown);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    setText(shown);
    setProblem("");
  }, [shown]);

  const take = (): void => {
    if (text.trim() === shown) return;
    const number = Number(text.trim().replace(",", "."));
    const wanted = text.trim() === "" || Number.isNaN(number) ? text.trim() : number * unitSize;
    const checked = checkValue(type, wanted);
    if (checked.ok) {
      onChange(checked.value);
      return;
    }
    const near = clampValue(type, wanted);
    if (near === undefined) setProblem(`Must be ${expectation(type)}.`);
    else {
      setText(String(near / unitSize));
      onChange(near);
    }
  };

  return (
    <>
      <input
        id={id}
        className="number-box"
        type="text"
        inputMode={type.kind === "number" ? "decimal" : "text"}
        autoComplete="off"
        value={text}
        disabled={isDisabled}
        aria-invalid={problem !== ""}
        aria-describedby={describedBy}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === "Enter") take();
          if (event.key === "Escape") {
            event.stopPropagation();
            setText(shown);
            setProblem("");
          }
        }}
      />
      {problem !== "" && (
        <span className="field-problem small" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
