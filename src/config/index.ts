// The one table of settings: rows, presets, layers, rules, link. Resolves foreign data to the one input of a run.

export { fineTuning } from "./fine-tuning.ts";
export { parseSetArguments } from "./arguments.ts";
export {
  type Choice,
  defaultOf,
  type Field,
  type FieldGroup,
  type FieldPath,
  type FieldType,
  type FieldValue,
  type NumberRange,
} from "./fields.ts";
export { DEFAULT_ASKED, type LabAsked, type LabLink } from "./lab-link.ts";
export { configFrom, type Leaves, leavesOf } from "./leaves.ts";
export {
  type DecodedLink,
  type DifferingField,
  decodeLink,
  diffFromPreset,
  encodeLink,
  LINK_VERSION,
  type LinkNotice,
  type OpenedLink,
  openLink,
} from "./link.ts";
export { type CacheBenefit, cacheBenefit, type MeasuredStages, type PageSaving } from "./cache-benefit.ts";
export {
  CACHE_SWITCHES,
  type CacheForecast,
  type CacheSwitch,
  forecastCache,
  forecastKeyAfterAugmentation,
  type PageTotals,
} from "./cache-forecast.ts";
export { evaluationEverySteps, plannedEpochs, plannedSteps, usedPages } from "./plan.ts";
export {
  DEFAULT_FACTORS,
  type Factor,
  type FactorId,
  FACTORS,
  findFactor,
  type Settings,
} from "./factors.ts";
export { type AssessWishes, DEFAULT_WISHES, MAX_BLOCKS, MIN_BLOCKS } from "./wishes.ts";
export { type Change, configError, type Problem } from "./problem.ts";
export {
  type LayerInput,
  PRESET_NAMES,
  type Resolution,
  type ResolveRequest,
  resolveConfig,
  resolveOrThrow,
} from "./resolve.ts";
export { checkRules, RULES, type Rule, type RuleFinding } from "./rules.ts";
export { learningRateAt } from "./schedule.ts";
export { FIELDS, fieldOf, findField } from "./table/table.ts";
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
export { checkValue, clampValue, expectation, fromText } from "./value.ts";
