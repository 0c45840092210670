// One setting as a control, made from its row of the table: label, value, unit, help, where the value came from, and when a
// change takes effect. Nothing about a particular setting is known here.

import { type CSSProperties, useId } from "react";
import { type Choice, type Field, type FieldValue, fieldOf } from "../../config/index.ts";
import { inapplicable, settingOf } from "../../store/index.ts";
import { significant } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { NumberBox } from "./number-box.tsx";

interface Props {
  readonly field: Field;
  /** Set where the choices depend on the machine or the pages. */
  readonly choices?: readonly (Choice & { readonly isDisabled?: boolean })[];
  /** Takes the change instead of the store. */
  readonly onChange?: (value: FieldValue) => void;
  readonly isPending: boolean;
  /** Said beside the value where it depends on another setting. */
  readonly unit?: string;
}

export function FieldControl({ field, choices, onChange, isPending, unit = field.unit }: Props) {
  const playground = usePlayground();
  const id = useId();
  const value = useApp((state) => settingOf(state, field.path));
  const reason = useApp((state) => inapplicable(state, field.path));
  const provenance = useApp(({ settings }) => settings.resolved.provenance[field.path]);
  const isOwn = provenance !== undefined && provenance.layer !== "preset";
  const change = onChange ?? ((next: FieldValue) => playground.setValue(field.path, next));
  if (value === undefined) return null;
  const from = provenance === undefined ? "" : `From ${provenance.from}.`;
  const effect = isPending ? "Applies at next reset." : "";
  return (
    <div className={`field ${reason === null ? "" : "field-off"}`} title={`${field.help} ${from}`}>
      <label htmlFor={id}>
        {field.label}
        {isPending && <span className="pending-dot" title="Applies at next reset" />}
      </label>
      <Input {...{ id, field, value, change, choices, unit }} isDisabled={reason !== null} />
      <span className={`provenance small ${isOwn ? "is-own" : ""}`} id={`${id}-help`}>
        <span className="visually-hidden">{`${field.help} ${reason === null ? "" : `Matters ${reason}.`} ${effect} `}</span>
        {provenance?.from}
      </span>
    </div>
  );
}

interface InputProps {
  readonly id: string;
  readonly field: Field;
  readonly value: FieldValue;
  readonly isDisabled: boolean;
  readonly change: (value: FieldValue) => void;
  readonly choices: Props["choices"];
  readonly unit: string;
}

function Input({ id, field, value, isDisabled, change, choices, unit }: InputProps) {
  const { type } = field;
  const describedBy = `${id}-help`;
  switch (type.kind) {
    case "boolean":
      return (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          disabled={isDisabled}
          aria-describedby={describedBy}
          onChange={(event) => change(event.target.checked)}
        />
      );
    case "choice":
      return (
        <select
          id={id}
          value={String(value)}
          disabled={isDisabled}
          aria-describedby={describedBy}
          onChange={(event) => change(event.target.value)}
        >
          {(choices ?? type.choices).map((choice) => (
            <option key={choice.value} value={choice.value} disabled={isClosed(choice)}>
              {choice.label}
            </option>
          ))}
        </select>
      );
    case "number":
      if (field.isVisible && typeof value === "number" && !isWide(field))
        return <Range {...{ id, field, value, isDisabled, change, describedBy }} />;
      return (
        <span className="number-unit">
          <NumberBox {...{ id, type, value, isDisabled, describedBy }} unitSize={1} onChange={change} />
          {unit !== "" && <span className="unit small">{unit}</span>}
        </span>
      );
    case "numberOrWord": {
      const isBytes = field.unit === "bytes";
      return (
        <span className="number-unit">
          <NumberBox
            {...{ id, type, value, isDisabled, describedBy }}
            unitSize={isBytes ? 2 ** 20 : 1}
            onChange={change}
          />
          <span className="unit small">{isBytes ? "MiB" : `or “${type.word}”`}</span>
        </span>
      );
    }
    default:
      return type satisfies never;
  }
}

function isClosed(choice: NonNullable<Props["choices"]>[number]): boolean {
  return choice.isDisabled ?? false;
}

/** Ranges that a slider of this width cannot resolve are typed. */
function isWide(field: Field): boolean {
  const { type } = field;
  return type.kind === "number" && type.scale !== "log" && (type.max - type.min) / type.step > 1000;
}

interface RangeProps {
  readonly id: string;
  readonly field: Field;
  readonly value: number;
  readonly isDisabled: boolean;
  readonly change: (value: FieldValue) => void;
  readonly describedBy: string;
}

const LOG_STOPS = 60;

/** A slider; on a logarithmic scale it moves over stops of two significant digits. */
function Range({ id, field, value, isDisabled, change, describedBy }: RangeProps) {
  const { type } = fieldOf(field.path);
  if (type.kind !== "number") return null;
  const isLog = type.scale === "log";
  const low = isLog ? Math.log10(Math.max(type.min, 1e-6)) : type.min;
  const high = isLog ? Math.log10(type.max) : type.max;
  const place = isLog ? Math.log10(Math.max(value, 10 ** low)) : value;
  const toValue = (position: number): number => (isLog ? Number((10 ** position).toPrecision(2)) : position);
  const share = `${(100 * (place - low)) / (high - low)}%`;
  const text = isLog
    ? String(Number(value.toPrecision(3)))
    : type.isInteger
      ? String(value)
      : significant(value);
  return (
    <span className="range">
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={isLog ? (high - low) / LOG_STOPS : type.step}
        value={place}
        disabled={isDisabled}
        style={{ "--share": share } as CSSProperties}
        aria-valuetext={`${text} ${field.unit}`}
        aria-describedby={describedBy}
        onChange={(event) => change(toValue(Number(event.target.value)))}
      />
      <output htmlFor={id}>{text}</output>
    </span>
  );
}
