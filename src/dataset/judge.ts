// Joins an opened label file with the pictures at hand, and writes what is to be said about files of either kind.
// Both doors use it: importing a folder, and judging files one by one.

import { MIN_USEFUL_SIDE_PX, type PictureFacts } from "./images/facts.ts";
import type { PictureLabels } from "./importers/types.ts";
import type { OpenedLabels, OpenedPicture } from "./open-file.ts";
import { uprightSize } from "./orientation.ts";
import type { Found, PictureIndex } from "./picture-index.ts";
import { placeWords, warningsWithoutPicture } from "./place-words.ts";
import { draftReport, type ReportDraft } from "./report.ts";
import type { LabelSpace, Word } from "./types.ts";

export interface JudgeOptions {
  readonly labelSpace: "auto" | "upright" | "stored";
  /** Whether a text file that belongs to no picture is worth a warning; it is not when files are judged one by one. */
  readonly warnsOfLonelyText: boolean;
}

/** The words of one label file on one picture. */
export interface Placement {
  readonly picture: OpenedPicture;
  readonly facts: PictureFacts;
  readonly words: readonly Word[];
  readonly labelSpace: LabelSpace;
}

export function judgePicture(opened: OpenedPicture): ReportDraft {
  const draft = draftReport(opened.path);
  if (!opened.facts.ok) {
    draft.refusal = opened.facts.error;
    return draft;
  }
  const { storedSize, orientation, warning } = opened.facts.value;
  if (warning !== null) draft.warnings.push(warning);
  draft.size = uprightSize(storedSize, orientation);
  const { widthPx, heightPx } = draft.size;
  if (Math.min(widthPx, heightPx) < MIN_USEFUL_SIDE_PX)
    draft.warnings.push(`${widthPx} × ${heightPx} pixels are too few to hold a word`);
  if (orientation !== 1)
    draft.notes.push(
      `EXIF orientation ${orientation} applied: stored ${storedSize.widthPx} × ${storedSize.heightPx}, upright ${widthPx} × ${heightPx}`,
    );
  return draft;
}

export function judgeLabels(
  opened: OpenedLabels,
  pictures: PictureIndex<OpenedPicture>,
  options: JudgeOptions,
): { readonly draft: ReportDraft; readonly placements: readonly Placement[] } {
  const draft = draftReport(opened.path);
  const placements: Placement[] = [];
  if (!opened.labels.ok) {
    draft.refusal = opened.labels.error;
    return { draft, placements };
  }
  const { labels } = opened.labels.value;
  draft.rejected.push(...labels.rejected);
  draft.warnings.push(...labels.warnings);
  if (opened.encodingWarning !== null) draft.warnings.push(opened.encodingWarning);
  for (const entry of labels.pictures) {
    draft.instances += entry.words.length;
    draft.rejected.push(...entry.rejected);
    const placement = judgeEntry(entry, opened, pictures, options, draft);
    if (placement !== undefined) placements.push(placement);
  }
  return { draft, placements };
}

function judgeEntry(
  entry: PictureLabels,
  opened: OpenedLabels,
  pictures: PictureIndex<OpenedPicture>,
  options: JudgeOptions,
  draft: ReportDraft,
): Placement | undefined {
  const found = pictures.find(entry.picture, opened.path);
  if (found.kind !== "found" || !found.entry.facts.ok) {
    // A file that names its picture should have it beside it. One that is only called like it, judged alone, need not.
    const isAlone =
      found.kind === "missing" && entry.picture.by === "stem" && !options.warnsOfLonelyText
        ? `it names no picture and none called "${entry.picture.stems[0] ?? ""}" is near: judged without one`
        : null;
    const isQuiet = isAlone !== null || entry.words.length + entry.rejected.length === 0;
    (isQuiet ? draft.notes : draft.warnings).push(isAlone ?? whyUnpaired(entry, found));
    draft.ignored += entry.words.filter(({ ignore, crossesItself }) => ignore || crossesItself).length;
    draft.warnings.push(...warningsWithoutPicture(entry));
    return undefined;
  }
  const picture = found.entry;
  const facts = found.entry.facts.value;
  const placed = placeWords(entry, facts, options.labelSpace);
  draft.ignored += placed.words.filter(({ ignore }) => ignore).length;
  draft.labelSpaces.push(placed.space.space);
  draft.warnings.push(...placed.warnings.map((warning) => `${picture.path}: ${warning}`));
  if (placed.space.because !== null)
    (placed.space.isDoubtful ? draft.warnings : draft.notes).push(`${picture.path}: ${placed.space.because}`);
  if (entry.words.length === 0 && entry.rejected.length > 0) {
    draft.warnings.push(`${picture.path}: none of its words can be used, so the picture is left out`);
    return undefined;
  }
  return { picture, facts, words: placed.words, labelSpace: placed.space.space };
}

function whyUnpaired(entry: PictureLabels, found: Found<OpenedPicture>): string {
  const name = entry.picture.by === "file" ? entry.picture.name : (entry.picture.stems[0] ?? "");
  const count = entry.words.length;
  const unused =
    count === 0 ? "it has no words" : `its ${count === 1 ? "word has" : `${count} words have`} no place`;
  switch (found.kind) {
    case "missing":
      return `no picture "${name}" is there: ${unused}`;
    case "ambiguous":
      return `picture "${name}" may be ${found.paths.join(" or ")}: ${unused}`;
    case "found":
      return `picture ${found.entry.path} was refused: ${unused}`;
    default:
      return found satisfies never;
  }
}
