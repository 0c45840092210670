// The assessment as one self-contained page: no script, no other file. Follows the reader's light or dark theme, prints in black.

import type { ArmResult } from "../analyse.ts";
import type { Assessed } from "../assess.ts";
import { type Conclusion, intervalText, labelOf } from "../conclude.ts";
import { type Gate, signed } from "../gates.ts";
import type { ReportContext } from "./context.ts";
import { dotScale, dotsSvg } from "./dots.ts";
import { questionOf } from "./json.ts";
import { differenceText, msText, verdictText } from "./words.ts";

export function assessmentHtml(assessed: Assessed, conclusion: Conclusion, context: ReportContext): string {
  const { analysis, wishes } = assessed;
  const scale = dotScale(analysis.arms, wishes.marginPct);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Assessment ${inText(context.madeAt)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="small">OCR Training Playground · assessment of ${inText(context.madeAt)}</p>
<h1>${inText(questionOf(assessed))}</h1>
<p class="verdict">${inText(conclusion.sentence)}</p>
<table>
<caption>Time of a training step against the baseline of the same block: mean paired difference with its 95 % interval, n = ${analysis.blocks} blocks. Inside the noise floor of the baseline nothing is a verdict.</caption>
<thead><tr><th>Arm</th><th class="n">ms/step</th><th>Against the baseline</th><th>Each block, in time order (grey: ±${wishes.marginPct} %)</th><th class="n">Hit rate</th><th>Gates</th><th>Verdict</th></tr></thead>
<tbody>${analysis.arms.map((result) => armRow(result, wishes.marginPct, scale)).join("")}</tbody>
</table>
${effects(assessed)}
<h2>Recommendation</h2>
<ul>${conclusion.advice.map(({ label, advice, says }) => `<li><strong>${inText(label)}: ${advice}.</strong> ${inText(says)}</li>`).join("")}
${conclusion.projections.map(({ says }) => `<li>${inText(says)}</li>`).join("")}</ul>
${oneRun(conclusion)}
<h2>Gates</h2>
<ul>${analysis.gates.map(gateItem).join("")}${failedItems(analysis.arms)}</ul>
<details><summary>All ${analysis.arms.flatMap(({ gates }) => gates).length} gates of the arms</summary>${analysis.arms
    .map(({ arm, gates }) => `<h3>${inText(arm.label)}</h3><ul>${gates.map(gateItem).join("")}</ul>`)
    .join("")}</details>
<h2>Conditions</h2>
${conditions(assessed, context)}
<h2>Limits</h2>
<ul>${conclusion.limits.map((limit) => `<li>${inText(limit)}</li>`).join("")}</ul>
<details><summary>Raw samples: step time of every unit, ms</summary>${raw(assessed)}</details>
</main>
</body>
</html>
`;
}

function armRow(result: ArmResult, marginPct: number, scale: number): string {
  const passed = result.gates.filter((gate) => gate.passed).length;
  const isSound = passed === result.gates.length;
  const dots = result.arm.role === "baseline" ? "" : dotsSvg(result, marginPct, scale);
  const isShown = result.difference !== null;
  return `<tr><th scope="row">${inText(result.arm.label)}</th><td class="n">${msText(result.medianMs)}</td><td class="${isShown ? "figures" : ""}">${inText(differenceText(result))}</td><td>${isShown ? dots : ""}</td><td class="n">${result.hitRatePct === null ? "—" : `${result.hitRatePct.toFixed(1)} %`}</td><td>${isSound ? `✓ ${passed}` : `✗ ${result.gates.length - passed} of ${result.gates.length} failed`}</td><td>${inText(verdictText(result))}</td></tr>`;
}

function effects({ analysis }: Assessed): string {
  if (analysis.effects.length === 0) return "";
  const items = analysis.effects.map(
    ({ factors: [a, b], regime, mainFirst, mainSecond, interaction }) =>
      `<li>${regime === null ? "" : `${regime} cache: `}main effect of ${labelOf(a)} ${intervalText(mainFirst)}, of ${labelOf(b)} ${intervalText(mainSecond)}; both together beyond the sum of each alone ${intervalText(interaction)} (n = ${interaction.n}).</li>`,
  );
  return `<h2>Main effects and interaction</h2><ul>${items.join("")}</ul>`;
}

function oneRun({ oneRun: claims }: Conclusion): string {
  if (claims.length === 0) return "";
  const rows = claims.map(
    ({ label, claimPct, leastPct, mostPct, truth }) =>
      `<tr><th scope="row">${inText(label)}</th><td class="n">${signed(claimPct)} %</td><td class="n">${signed(leastPct)} to ${signed(mostPct)} %</td><td>${truth === null ? "—" : intervalText(truth)}</td></tr>`,
  );
  return `<h2>What one run would have claimed</h2><table><thead><tr><th>Arm</th><th class="n">The first single run</th><th class="n">All single runs</th><th>All blocks together</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function gateItem({ passed, says }: Gate): string {
  return `<li class="${passed ? "" : "failed"}">${passed ? "✓" : "✗ FAILED:"} ${inText(says)}</li>`;
}

function failedItems(arms: readonly ArmResult[]): string {
  const failed = arms.flatMap(({ arm, gates }) =>
    gates.filter(({ passed }) => !passed).map((gate) => ({ arm, gate })),
  );
  if (failed.length === 0)
    return "<li>✓ every gate of every arm passed: each switch proven on or off by its counter, equal work, equal losses, equal scores, nothing compiled inside, page visible.</li>";
  return failed.map(({ arm, gate }) => gateItem({ ...gate, says: `${arm.label}: ${gate.says}` })).join("");
}

function conditions({ facts }: Assessed, { subject, environment, link }: ReportContext): string {
  const { dataset } = subject;
  const differing =
    subject.differing.length === 0
      ? "nothing changed"
      : subject.differing
          .map(
            ({ path, value, presetValue, from }) =>
              `${path} = ${value} (preset ${presetValue}; from ${from})`,
          )
          .join(", ");
  const rows: [string, string][] = [
    ["Engine", `${facts.engine.label} (${facts.engine.adapter})`],
    [
      "Browser",
      `${environment.browser}; ${environment.cores} cores; ${environment.isIsolated ? "isolated" : "not isolated"}; clock step ${environment.clockMs} ms`,
    ],
    [
      "Pages",
      `${dataset.name}, hash ${dataset.hash}; ${dataset.trainPages} to train on, ${dataset.validationPages} unseen`,
    ],
    ["Settings", `preset ${subject.preset}, run seed ${subject.config.train.seed}; ${differing}`],
  ];
  const cells = rows
    .map(([name, value]) => `<tr><th scope="row">${name}</th><td>${inText(value)}</td></tr>`)
    .join("");
  return `<table class="plain"><tbody>${cells}<tr><th scope="row">Open again</th><td><a href="${inText(link)}">${inText(link)}</a></td></tr></tbody></table>`;
}

function raw({ analysis }: Assessed): string {
  const numbers = Array.from({ length: analysis.blocks }, (_, i) => `<th class="n">${i + 1}</th>`).join("");
  const rows = analysis.arms
    .map(
      ({ arm, blockMs }) =>
        `<tr><th scope="row">${inText(arm.label)}</th>${blockMs.map((ms) => `<td class="n">${msText(ms)}</td>`).join("")}</tr>`,
    )
    .join("");
  return `<div class="wide"><table><thead><tr><th>Block</th>${numbers}</tr></thead><tbody>${rows}</tbody></table></div><p class="small">Every single step is in the JSON report.</p>`;
}

function inText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE = `
:root{color-scheme:light dark;--ground:#f4f5f3;--panel:#fff;--ink:#1a1e23;--muted:#5c666f;--line:#e2e4e1;--accent:#0072b2;--failed:#b04a00;--band:#e9ecea}
@media (prefers-color-scheme:dark){:root{--ground:#121517;--panel:#1a1e21;--ink:#e8eaeb;--muted:#9aa4ac;--line:#2a3035;--accent:#4aa8e0;--failed:#ff8a52;--band:#272d31}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 system-ui,"Noto Sans","Segoe UI",sans-serif}
main{max-width:1080px;margin:24px auto;padding:24px 28px;background:var(--panel);border:1px solid var(--line);border-radius:10px}
h1{margin:4px 0 8px;font-size:20px;line-height:1.3}
h2{margin:22px 0 6px;font-size:15px}
h3{margin:10px 0 2px;font-size:13px}
ul{margin:0;padding-left:18px}
.small{margin:0;color:var(--muted);font-size:12px}
.verdict{margin:0 0 16px;font-size:16px}
table{width:100%;border-collapse:collapse}
caption{padding-bottom:6px;text-align:left;color:var(--muted)}
th,td{padding:5px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:middle}
thead th{color:var(--muted);font-size:12px;font-weight:600}
tbody th{font-weight:600}
.n{text-align:right}
.n,.figures{font-variant-numeric:tabular-nums;white-space:nowrap}
.plain th{width:110px;vertical-align:top}
.plain td{overflow-wrap:anywhere}
.wide{overflow-x:auto}
.failed{color:var(--failed);font-weight:600}
a{color:var(--accent)}
summary{cursor:pointer;margin-top:8px}
svg .dot{fill:var(--accent);fill-opacity:.75}
svg .out{fill:none;stroke:var(--accent)}
svg .zero{stroke:var(--muted);stroke-width:1}
svg .band{fill:var(--band)}
svg .ci{stroke:var(--ink);stroke-width:1.5;fill:none}
svg .mean{fill:var(--ink)}
@media print{:root{--ground:#fff;--panel:#fff;--ink:#000;--muted:#444;--line:#bbb;--accent:#000;--failed:#000;--band:#e4e4e4}body{font-size:10px}main{max-width:none;margin:0;padding:0;border:0}h1{font-size:14px}h2{font-size:11px;margin-top:10px}.verdict{font-size:11px}details{display:none}tr,li{break-inside:avoid}th,td{padding:2px 5px}}
`;
