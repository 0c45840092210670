// The table of an assessment: one row an arm, each with a dot for every block in time order and its gates to unfold.

import { useState } from "react";
import type { TableRow } from "../../protocol/index.ts";
import { LabDots } from "./lab-dots.tsx";

interface Props {
  readonly rows: readonly TableRow[];
  readonly marginPct: number;
}

export function LabTable({ rows, marginPct }: Props) {
  const [open, setOpen] = useState<string | null>(null);
  const blocks = Math.max(0, ...rows.map(({ dots }) => dots.length));
  const scale = scaleOf(rows, marginPct);
  return (
    <div className="scroll-x">
      <table className="lab-table">
        <caption className="small muted">
          {`Step time against the baseline of the same block: mean difference with its 95 % interval, n = ${blocks}. Grey: ±${marginPct} %.`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Arm</th>
            <th scope="col" className="end">
              ms/step
            </th>
            <th scope="col">Difference</th>
            <th scope="col">Each block</th>
            <th scope="col" className="end">
              Hits
            </th>
            <th scope="col">Gates</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.armId}
              row={row}
              marginPct={marginPct}
              scale={scale}
              isOpen={open === row.armId}
              onToggle={() => setOpen(open === row.armId ? null : row.armId)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly row: TableRow;
  readonly marginPct: number;
  readonly scale: number;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Row({ row, marginPct, scale, isOpen, onToggle }: RowProps) {
  const failed = row.gates.filter(({ passed }) => !passed);
  const count = failed.length === 0 ? `✓ ${row.gates.length}` : `✗ ${failed.length} of ${row.gates.length}`;
  const shown = failed.length === 0 ? row.difference : (failed[0]?.says ?? row.difference);
  return (
    <>
      <tr>
        <th scope="row">{row.label}</th>
        <td className="end figures">{row.ms}</td>
        <td className={row.interval === null ? "lab-no-number" : "figures lab-number"}>{shown}</td>
        <td>
          {row.dots.length > 0 && (
            <LabDots
              label={row.label}
              dots={row.dots}
              interval={row.interval}
              marginPct={marginPct}
              scale={scale}
            />
          )}
        </td>
        <td className="end figures">{row.hitRate}</td>
        <td>
          <button
            type="button"
            className="link"
            aria-expanded={isOpen}
            aria-label={`${count} gates of ${row.label}`}
            onClick={onToggle}
          >
            {count}
          </button>
        </td>
        <td className={`lab-${row.kind}`}>{row.verdict}</td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={7}>
            <ul className="lab-gates small">
              {row.gates.map(({ says, passed }) => (
                <li key={says} className={passed ? "" : "lab-failed"}>
                  {`${passed ? "✓" : "✗"} ${says}`}
                </li>
              ))}
            </ul>
          </td>
        </tr>
      )}
    </>
  );
}

/** A scale that holds nine tenths of all dots and the margin; the rest is drawn hollow at the edge. */
function scaleOf(rows: readonly TableRow[], marginPct: number): number {
  const sizes = rows.flatMap(({ dots }) => dots.map(Math.abs)).sort((a, b) => a - b);
  return Math.max(1.5 * marginPct, 1.2 * (sizes[Math.floor(0.9 * (sizes.length - 1))] ?? 0));
}
