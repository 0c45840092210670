// Collects what there is to say about one file and turns it into its FileReport. The verdict follows from the findings
// here and nowhere else, so that the page, the command line and the tests cannot disagree.

import type { Size } from "../core/index.ts";
import type { FileReport, LabelSpace, Verdict } from "./types.ts";

/** More reasons than a person reads are counted instead of listed. */
const MAX_REASONS = 200;
/** Foreign names may be long. */
const MAX_REASON_LENGTH = 500;

export interface ReportDraft {
  readonly file: string;
  instances: number;
  ignored: number;
  size: Size<"upright"> | null;
  /** One entry for each picture labelled. */
  readonly labelSpaces: LabelSpace[];
  /** Why nothing of the file can be used. */
  refusal: string | null;
  /** Entries left out: one reason each. */
  readonly rejected: string[];
  /** Used, but the person should know. */
  readonly warnings: string[];
  /** Facts without a complaint. */
  readonly notes: string[];
}

export function draftReport(file: string): ReportDraft {
  return {
    file,
    instances: 0,
    ignored: 0,
    size: null,
    labelSpaces: [],
    refusal: null,
    rejected: [],
    warnings: [],
    notes: [],
  };
}

export function finishReport(draft: ReportDraft): FileReport {
  const verdict = verdictOf(draft);
  const reasons = [...draft.rejected, ...draft.warnings, ...draft.notes].map(shortened);
  if (draft.refusal !== null) reasons.unshift(draft.refusal);
  else if (verdict === "refused") reasons.unshift("none of its entries can be used");
  const hidden = reasons.length - MAX_REASONS;
  return {
    file: draft.file,
    verdict,
    instances: draft.instances,
    ignored: draft.ignored,
    rejected: draft.rejected.length,
    width: draft.size?.widthPx ?? null,
    height: draft.size?.heightPx ?? null,
    labelSpace: commonSpace(draft.labelSpaces),
    reasons: hidden > 0 ? [...reasons.slice(0, MAX_REASONS), `… and ${hidden} more reasons`] : reasons,
  };
}

function shortened(reason: string): string {
  return reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH)}…` : reason;
}

function verdictOf(draft: ReportDraft): Verdict {
  if (draft.refusal !== null) return "refused";
  if (draft.rejected.length > 0) return draft.instances > 0 ? "partial" : "refused";
  return draft.warnings.length > 0 ? "warning" : "accepted";
}

/** The space that all pictures of a label file share; null when they differ or none is known. */
function commonSpace(spaces: readonly LabelSpace[]): LabelSpace | null {
  const [first, ...others] = new Set(spaces.filter((space) => space !== "either"));
  if (first === undefined) return spaces.length > 0 ? "either" : null;
  return others.length === 0 ? first : null;
}
