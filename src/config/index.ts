// The one table of settings.

export type {
  Config,
  ConfigPath,
  Layer,
  ModelName,
  PageKind,
  PresetName,
  Provenance,
  ResolvedConfig,
  SynthSet,
} from "./types.ts";
