// One row of the settings, and which rows a group has. The few that depend on the machine, on the pages or on another setting
// are told so here; all else follows from the row.

import { FIELDS, type Field, type FieldGroup, type FieldPath } from "../../config/index.ts";
import { chooseFiles } from "../open-files.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { FieldControl } from "../widgets/field-control.tsx";

/** Shown elsewhere: as switches with their cost, and in the profiler's tab. */
const ELSEWHERE: ReadonlySet<FieldPath> = new Set([
  "features.polygonCache",
  "features.imageCache",
  "features.mapCache",
  "features.sampleCache",
  "features.frozenFeatures",
  "features.profiler",
  "features.profilerDepth",
]);

export function fieldsOf(group: FieldGroup, isVisible: boolean): readonly Field[] {
  return FIELDS.filter(
    (field) =>
      field.group === group && !ELSEWHERE.has(field.path) && (field.isVisible ?? false) === isVisible,
  );
}

export function Setting({ field, isPending }: { readonly field: Field; readonly isPending: boolean }) {
  const playground = usePlayground();
  const engines = useApp((state) => state.engines);
  const lengthUnit = useApp(({ settings }) => settings.resolved.config.train.length.unit);
  const evaluationUnit = useApp(({ settings }) => settings.resolved.config.evaluation.every.unit);
  const isOwn = useApp(({ settings }) => settings.resolved.config.data.set === "own");
  const props = { field, isPending };
  switch (field.path) {
    case "data.set":
      return (
        <FieldControl
          {...props}
          onChange={(value) => {
            if (value === "own" && !isOwn) chooseFiles(playground, "folder");
            else playground.setValue("data.set", value);
          }}
        />
      );
    case "train.length.count":
      return <FieldControl {...props} unit={lengthUnit} />;
    case "evaluation.every.count":
      return <FieldControl {...props} unit={evaluationUnit} />;
    case "engine.kind": {
      const choices = field.type.kind === "choice" ? field.type.choices : [];
      return (
        <FieldControl
          {...props}
          choices={choices.map((choice) => {
            const known = engines?.find(({ id }) => id === choice.value);
            const isDisabled = choice.value !== "auto" && engines !== null && known?.available !== true;
            return { ...choice, isDisabled, label: isDisabled ? `${choice.label} (not here)` : choice.label };
          })}
        />
      );
    }
    case "engine.storage": {
      const choices = field.type.kind === "choice" ? field.type.choices : [];
      const cannot = engines?.every(({ hasHalves }) => hasHalves !== true);
      return (
        <FieldControl
          {...props}
          choices={choices.map((choice) =>
            choice.value === "f16" && cannot === true
              ? {
                  ...choice,
                  isDisabled: true,
                  label: `${choice.label} (not here: no adapter with shader-f16)`,
                }
              : choice,
          )}
        />
      );
    }
    case "model.init": {
      // A file can be named on the command line only; the page has no place to give one.
      const choices = field.type.kind === "choice" ? field.type.choices : [];
      return <FieldControl {...props} choices={choices.filter(({ value }) => value !== "file")} />;
    }
    default:
      return <FieldControl {...props} />;
  }
}
