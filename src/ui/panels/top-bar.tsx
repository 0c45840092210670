// The top bar: what runs, with which seed, the four commands of a run, its clock, and the engine. Buttons keep their places.

import { PRESET_NAMES } from "../../config/index.ts";
import type { RunState } from "../../protocol/index.ts";
import { type AppState, isWarmingUp, timeLeftMs } from "../../store/index.ts";
import { runCommand } from "../commands/commands.ts";
import { timeLeftSentence } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { CommandButton } from "../widgets/command-button.tsx";
import { Kbd } from "../widgets/kbd.tsx";
import { Clock } from "./clock.tsx";

export function TopBar() {
  const playground = usePlayground();
  const preset = useApp(({ settings }) => settings.resolved.preset);
  const seed = useApp(({ settings }) => settings.resolved.config.train.seed);
  return (
    <header className="top-bar">
      <h1>OCR Training Playground</h1>
      <label className="visually-hidden" htmlFor="preset">
        Preset
      </label>
      <select
        id="preset"
        value={preset}
        title="Preset: defaults for every setting"
        onChange={(event) => {
          const chosen = PRESET_NAMES.find((name) => name === event.target.value);
          if (chosen !== undefined) playground.setPreset(chosen);
        }}
      >
        {PRESET_NAMES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <CommandButton id="reset-new-seed" className="seed" name={`Seed ${seed}. Reset with a new seed`}>
        seed <span className="figures">{seed}</span> <span aria-hidden="true">⟳</span>
      </CommandButton>
      <TrainButton />
      <CommandButton id="step" hasKey>
        Step
      </CommandButton>
      <CommandButton id="reset" hasKey>
        Reset
      </CommandButton>
      <div className="top-right">
        <Clock />
        <EngineState />
        <CommandButton id="copy-link">Share</CommandButton>
        <CommandButton id="shortcuts" className="square" name="Shortcuts">
          ?
        </CommandButton>
      </div>
      <RunProgress />
    </header>
  );
}

function TrainButton() {
  const playground = usePlayground();
  const state = useApp(({ run }) => run.state);
  const hasPages = useApp(({ data }) => data.dataset !== null);
  const isWarming = useApp(({ run }) => isWarmingUp(run));
  const { label, icon, isOff } = trainLabel(isWarming ? { kind: "idle" } : state, hasPages);
  return (
    <button
      type="button"
      className="button primary train"
      disabled={isOff}
      aria-keyshortcuts="Space"
      title={hasPages ? "Train or pause (Space)" : "The pages are being prepared"}
      onClick={() => runCommand("train", playground)}
    >
      <span aria-hidden="true" className={`icon-${icon}`} />
      {label}
      <Kbd keys="Space" />
    </button>
  );
}

function trainLabel(state: RunState, hasPages: boolean): { label: string; icon: string; isOff: boolean } {
  switch (state.kind) {
    case "running":
      return { label: "Pause", icon: "pause", isOff: false };
    case "pausing":
      return { label: "Pausing", icon: "pause", isOff: true };
    case "preparing":
    case "recovering":
      return { label: "Preparing", icon: "play", isOff: true };
    case "idle":
    case "paused":
    case "finished":
    case "failed":
      return { label: "Train", icon: "play", isOff: !hasPages };
    default:
      return state satisfies never;
  }
}

interface Light {
  readonly color: "good" | "weak" | "bad" | "none";
  /** Left out where there is little room; the dot says it too. */
  readonly kind?: string;
  readonly says: string;
  readonly more: string;
}

/** Which engine runs, in words; the dot's colour only repeats them. */
function EngineState() {
  const engine = useApp(({ run }) => run.engine);
  const engines = useApp((state) => state.engines);
  const light = engineLight(engine, engines);
  return (
    <span className="engine-state" title={light.more}>
      <span className={`dot dot-${light.color}`} aria-hidden="true" />
      <span>
        <span className="engine-kind">{light.kind}</span>
        {light.says}
      </span>
    </span>
  );
}

function engineLight(engine: AppState["run"]["engine"], engines: AppState["engines"]): Light {
  if (engine !== null) {
    const color = engine.isSoftware || engine.fallbackNotice !== "" ? "weak" : "good";
    const kind = engine.isSoftware ? "software" : "GPU";
    return { color, kind: `${kind} · `, says: engine.label, more: engine.adapter };
  }
  if (engines === null) return { color: "none", says: "Looking at the machine", more: "" };
  const ready = engines.find(({ why }) => why !== undefined) ?? engines.find(({ available }) => available);
  if (ready === undefined)
    return { color: "bad", says: "No engine", more: engines.map((e) => e.reason).join(" ") };
  const isGpu = ready.id.endsWith("webgpu");
  return {
    color: isGpu ? "good" : "weak",
    says: `${isGpu ? "WebGPU" : ready.id === "wasm" ? "WASM" : ready.id} ready`,
    more: ready.why ?? ready.id,
  };
}

/** A thin line under the bar: how far the run, or its preparation, is. */
function RunProgress() {
  const state = useApp(({ run }) => run.state);
  const planned = useApp(({ run }) => run.timing?.plannedSteps ?? 0);
  const left = useApp(({ run }) => timeLeftMs({ run }));
  const isPreparing = state.kind === "preparing";
  const done = isPreparing ? state.done : "step" in state ? state.step : 0;
  const total = isPreparing ? state.total : planned;
  if (total === 0 || done === 0) return null;
  const label = isPreparing ? state.doing : "Progress of the run";
  return (
    <progress
      className="run-progress"
      value={done}
      max={total}
      aria-label={label}
      title={isPreparing ? state.doing : timeLeftSentence(left)}
    />
  );
}
