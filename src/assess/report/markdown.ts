// The assessment as Markdown. Its first table has the columns of the original report, so that old and new can be laid side by side.

import type { ArmResult } from "../analyse.ts";
import type { Assessed } from "../assess.ts";
import { type Conclusion, intervalText, labelOf } from "../conclude.ts";
import { signed } from "../gates.ts";
import type { ReportContext } from "./context.ts";
import { questionOf } from "./json.ts";
import { differenceText, msText, recommendationOf, verdictText } from "./words.ts";

export function assessmentMarkdown(
  assessed: Assessed,
  conclusion: Conclusion,
  context: ReportContext,
): string {
  const { analysis, facts } = assessed;
  const { subject, environment } = context;
  const lines = [
    "# Assessment",
    "",
    `**Question.** ${questionOf(assessed)}`,
    "",
    `**Answer.** ${conclusion.sentence}`,
    "",
    "| Feature | Status | Time | Overhead | Recommendation |",
    "|---|---|---|---|---|",
    ...analysis.arms.map((result) => row(originalColumns(result, conclusion))),
    "",
    `Time is the median step of a unit, median of n = ${analysis.blocks} blocks; overhead is the mean paired difference with its 95 % interval.`,
    "",
    "| Arm | ms/step | Against the baseline, 95 % interval | Median | Hit rate | Gates | Verdict | n |",
    "|---|---|---|---|---|---|---|---|",
    ...analysis.arms.map((result) =>
      row([
        result.arm.label,
        msText(result.medianMs),
        differenceText(result),
        result.difference === null ? "—" : `${signed(result.difference.median)} %`,
        result.hitRatePct === null ? "—" : `${result.hitRatePct.toFixed(1)} %`,
        result.gates.every(({ passed }) => passed) ? "passed" : "**failed**",
        verdictText(result),
        String(result.blockMs.length),
      ]),
    ),
    "",
    ...analysis.effects.flatMap(({ factors: [a, b], regime, mainFirst, mainSecond, interaction }) => [
      `- ${regime ?? "no"} cache: main effect of ${labelOf(a)} ${intervalText(mainFirst)}, of ${labelOf(b)} ${intervalText(mainSecond)}; both together beyond the sum ${intervalText(interaction)}.`,
    ]),
    "",
    "## Recommendation",
    "",
    ...conclusion.advice.map(({ label, advice, says }) => `- **${label}: ${advice}.** ${says}`),
    ...conclusion.projections.map(({ says }) => `- ${says}`),
    "",
    "## What one run would have claimed",
    "",
    "| Arm | The first single run said | Other single runs said | All blocks together |",
    "|---|---|---|---|",
    ...conclusion.oneRun.map(({ label, claimPct, leastPct, mostPct, truth }) =>
      row([
        label,
        `${signed(claimPct)} %`,
        `${signed(leastPct)} to ${signed(mostPct)} %`,
        truth === null ? "—" : intervalText(truth),
      ]),
    ),
    "",
    "## Gates",
    "",
    ...analysis.gates.map(({ passed, says }) => `- ${passed ? "passed" : "**FAILED**"}: ${says}`),
    ...analysis.arms.flatMap(({ arm, gates }) =>
      gates.map(({ passed, says }) => `- ${arm.label}: ${passed ? "passed" : "**FAILED**"}: ${says}`),
    ),
    "",
    "## Conditions",
    "",
    `- Made ${context.madeAt} on ${facts.engine.label} (${facts.engine.adapter}), ${environment.browser}, ${environment.cores} cores, ${environment.isIsolated ? "isolated" : "not isolated"}, clock step ${environment.clockMs} ms.`,
    `- Pages: ${subject.dataset.name}, hash ${subject.dataset.hash}, ${subject.dataset.trainPages} to train on, ${subject.dataset.validationPages} unseen.`,
    `- Preset ${subject.preset}, run seed ${subject.config.train.seed}${subject.differing.length === 0 ? ", nothing changed" : ""}.`,
    ...subject.differing.map(
      ({ path, value, presetValue, from }) => `  - ${path} = ${value} (preset: ${presetValue}; from ${from})`,
    ),
    `- Open again: ${context.link}`,
    "",
    "## Limits",
    "",
    ...conclusion.limits.map((limit) => `- ${limit}`),
    "",
    "## Step times by block, ms",
    "",
    row(["Arm", ...Array.from({ length: analysis.blocks }, (_, i) => String(i + 1))]),
    row(Array.from({ length: analysis.blocks + 1 }, () => "---")),
    ...analysis.arms.map(({ arm, blockMs }) => row([arm.label, ...blockMs.map(msText)])),
    "",
  ];
  return lines.join("\n");
}

function originalColumns(result: ArmResult, conclusion: Conclusion): string[] {
  const failed = result.gates.find(({ passed }) => !passed);
  return [
    result.arm.label,
    failed === undefined ? "proven" : "gate failed",
    `${msText(result.medianMs)} ms`,
    differenceText(result),
    recommendationOf(result, conclusion),
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
