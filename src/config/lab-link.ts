// What a person asks of the Assessment lab as part of a link and back: `lab.arms=polygonCache,profiler&lab.blocks=8`, and "lab=open",
// which shows the lab. Read as any foreign text: what it cannot mean is left out, what is out of range is clamped, each with a notice.

import { FACTORS, findFactor } from "./factors.ts";
import type { FieldType } from "./fields.ts";
import { checkValue, clampValue, fromText } from "./value.ts";
import { type AssessWishes, DEFAULT_WISHES, MAX_BLOCKS, MIN_BLOCKS } from "./wishes.ts";

export interface LabAsked {
  readonly wishes: AssessWishes;
  /** The set and the length of run that the projection speaks of; null: the pages that are there. */
  readonly goalPages: number | null;
  readonly goalEpochs: number;
}

/** What a link says of the lab: what it names, and whether the lab is to be shown. */
export interface LabLink {
  readonly wishes: Partial<AssessWishes>;
  readonly goalPages?: number;
  readonly goalEpochs?: number;
  readonly isOpen: boolean;
}

export const DEFAULT_ASKED: LabAsked = { wishes: DEFAULT_WISHES, goalPages: null, goalEpochs: 20 };

const number = (min: number, max: number, isInteger: boolean): FieldType => ({
  kind: "number",
  min,
  max,
  step: 1,
  isInteger,
});

/** By key of the link. */
const NUMBERS = {
  "lab.blocks": number(MIN_BLOCKS, MAX_BLOCKS, true),
  "lab.epochs": number(1, 10_000_000, true),
  "lab.margin": number(0.1, 50, false),
  "lab.minutes": number(0.1, 120, false),
  "lab.pages": number(1, 10_000_000, true),
  "lab.seed": number(0, 4294967295, true),
} as const satisfies Record<string, FieldType>;

type NumberKey = keyof typeof NUMBERS;

/** The parts of a link, sorted; only what differs from the defaults, or everything together with "lab=open". */
export function labParts(asked: LabAsked, isOpen: boolean): string[] {
  const own = partsOf(asked);
  const usual = partsOf(DEFAULT_ASKED);
  return isOpen ? ["lab=open", ...own] : own.filter((part) => !usual.includes(part));
}

function partsOf({ wishes, goalPages, goalEpochs }: LabAsked): string[] {
  return [
    `lab.arms=${wishes.factors.join(",")}`,
    `lab.blocks=${wishes.blocks}`,
    `lab.epochs=${goalEpochs}`,
    `lab.margin=${wishes.marginPct}`,
    `lab.minutes=${wishes.minutes}`,
    ...(goalPages === null ? [] : [`lab.pages=${goalPages}`]),
    `lab.seed=${wishes.seed}`,
  ];
}

export function isLabKey(key: string): boolean {
  return key === "lab" || key.startsWith("lab.");
}

/** Takes one part of a link over `link`. Never throws. */
export function readLabPart(
  link: LabLink,
  key: string,
  text: string,
  notice: (key: string, sentence: string) => void,
): LabLink {
  if (key === "lab") {
    if (text !== "open") notice(key, `is "${text.slice(0, 40)}", but must be "open". It was left out.`);
    return { ...link, isOpen: link.isOpen || text === "open" };
  }
  if (key === "lab.arms") return withArms(link, text, notice);
  if (!Object.hasOwn(NUMBERS, key)) {
    notice(
      key,
      `is not known; there are lab.arms, ${Object.keys(NUMBERS).join(", ")} and lab. It was left out.`,
    );
    return link;
  }
  const type = NUMBERS[key as NumberKey];
  const value = fromText(type, text);
  const checked = checkValue(type, value);
  const taken = checked.ok ? Number(checked.value) : clampValue(type, value);
  if (!checked.ok) {
    notice(key, `${checked.error} It was ${taken === undefined ? "left out" : `set to ${taken}`}.`);
  }
  return taken === undefined ? link : withNumber(link, key as NumberKey, taken);
}

/** Unknown features are left out, in the table's order; none at all leaves the link without arms. */
function withArms(link: LabLink, text: string, notice: (key: string, sentence: string) => void): LabLink {
  const named = text.split(",").filter((id) => id !== "");
  for (const id of named) {
    if (findFactor(id) === undefined) {
      notice(
        "lab.arms",
        `has no feature "${id.slice(0, 40)}"; there are ${FACTORS.map((one) => one.id).join(", ")}. It was left out.`,
      );
    }
  }
  const factors = FACTORS.map(({ id }) => id).filter((id) => named.includes(id));
  if (named.length === 0) notice("lab.arms", "names no feature. It was left out.");
  return factors.length === 0 ? link : { ...link, wishes: { ...link.wishes, factors } };
}

function withNumber(link: LabLink, key: NumberKey, value: number): LabLink {
  const wish = (change: Partial<AssessWishes>): LabLink => ({
    ...link,
    wishes: { ...link.wishes, ...change },
  });
  switch (key) {
    case "lab.blocks":
      return wish({ blocks: value });
    case "lab.epochs":
      return { ...link, goalEpochs: value };
    case "lab.margin":
      return wish({ marginPct: value });
    case "lab.minutes":
      return wish({ minutes: value });
    case "lab.pages":
      return { ...link, goalPages: value };
    case "lab.seed":
      return wish({ seed: value });
    default:
      return key satisfies never;
  }
}
