// The switches. Each says what it does while it is off, and gives proof of life while it is on.

import { fieldOf, type FieldPath } from "../../config/index.ts";
import type { FeatureStatus } from "../../protocol/index.ts";
import { inapplicable, isLive, isSilent } from "../../store/index.ts";
import { bytes, count, duration } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { CacheForecastLine, PredictionNote } from "./cache-forecast.tsx";
import { Card } from "../widgets/card.tsx";
import { Switch } from "../widgets/switch.tsx";

interface FeatureRow {
  readonly id: FeatureStatus["id"];
  readonly path: FieldPath;
  readonly shortcut?: string;
}

const FEATURES: readonly FeatureRow[] = [
  { id: "polygonCache", path: "features.polygonCache", shortcut: "C" },
  { id: "imageCache", path: "features.imageCache" },
  { id: "mapCache", path: "features.mapCache" },
  { id: "sampleCache", path: "features.sampleCache" },
  { id: "frozenFeatures", path: "features.frozenFeatures" },
  { id: "profiler", path: "features.profiler", shortcut: "P" },
];

export function FeaturesCard() {
  return (
    <Card title="Features">
      {FEATURES.map((feature) => (
        <Feature key={feature.id} {...feature} />
      ))}
      <PredictionNote />
    </Card>
  );
}

function Feature({ id, path, shortcut }: FeatureRow) {
  const playground = usePlayground();
  const isSet = useApp(({ settings }) => settings.resolved.config.features[id]);
  const status = useApp(({ run }) => run.features.find((feature) => feature.id === id));
  const hasRun = useApp(({ run }) => isLive(run.state));
  // Turned on by the run itself, where it may choose.
  const isAuto = !isSet && hasRun && status?.on === true;
  const isOn = isSet || isAuto;
  const silent = isOn && status !== undefined && isSilent(status);
  const applies = useApp((state) => inapplicable(state, path) === null);
  const { label, help } = fieldOf(path);
  const isCache = id !== "profiler" && id !== "frozenFeatures";
  if (!applies) return null;
  return (
    <Switch
      label={label}
      isOn={isOn}
      {...(shortcut !== undefined && { shortcut })}
      onChange={(on) => {
        if (isAuto && isCache) void playground.overrule(id);
        else playground.setValue(path, on);
      }}
    >
      {!isOn ? (
        <>
          {help} {isCache && <CacheForecastLine which={id} />}
        </>
      ) : !hasRun || status === undefined || (!status.on && isCache) ? (
        "On. Signs of life come with the first steps."
      ) : silent ? (
        <span className="silent">{`On but silent: nothing came of it since step ${count(status.movedAtStep)}.`}</span>
      ) : (
        <>
          {isAuto && "Turned on automatically; the log says why. "}
          {status.says}
          {id === "polygonCache" && <CacheCost />}
        </>
      )}
    </Switch>
  );
}

/** What the cache saves and costs, in its own figures. */
function CacheCost() {
  const polygons = useApp(({ run }) => run.polygons);
  if (polygons === null || polygons.lookups === 0) return null;
  const budget = polygons.budgetBytes === "unlimited" ? "without limit" : bytes(polygons.budgetBytes);
  const cost = `Saved ${duration(polygons.savedMs)}, spent ${duration(polygons.spentMs)}`;
  return <span className="figures">{`. ${cost} in all; budget ${budget}.`}</span>;
}
