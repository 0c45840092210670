// The three forms of one report.

import type { Assessed } from "../assess.ts";
import type { Conclusion } from "../conclude.ts";
import type { ReportContext, ReportTexts } from "./context.ts";
import { assessmentHtml } from "./html.ts";
import { assessmentJson } from "./json.ts";
import { assessmentMarkdown } from "./markdown.ts";

export function reportTexts(assessed: Assessed, conclusion: Conclusion, context: ReportContext): ReportTexts {
  return {
    html: assessmentHtml(assessed, conclusion, context),
    markdown: assessmentMarkdown(assessed, conclusion, context),
    json: assessmentJson(assessed, conclusion, context),
  };
}
