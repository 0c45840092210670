// The competition's submission: a line `filename,polygons`, then one row a page; polygons are separated by `|`, numbers by spaces.

import { addWords, type Reading, UnreadableError } from "./reading.ts";

const HEADER = "filename,polygons";

/** Throws UnreadableError without the header line; a bad polygon becomes a problem with its line. */
export function readSubmissionCsv(file: string, text: string): Reading {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  if (lines[0]?.trim().toLowerCase() !== HEADER)
    throw new UnreadableError(`${file}, line 1: should be "${HEADER}".`);
  const reading: Reading = { pages: new Map(), problems: [] };
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === "") return;
    const where = `${file}, line ${i + 1}`;
    // Polygons hold no comma, a file name may.
    const comma = line.lastIndexOf(",");
    if (comma < 0) {
      reading.problems.push(`${where}: no comma between file name and polygons.`);
      return;
    }
    const name = unquoted(line.slice(0, comma));
    addWords(reading.pages, name, []);
    const polygons = unquoted(line.slice(comma + 1)).split("|");
    polygons.forEach((polygon, p) => {
      if (polygon.trim() === "") return;
      const xy = polygon.trim().split(/\s+/).map(Number);
      const wrong = xy.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0)
        reading.problems.push(`${where}, polygon ${p + 1}: number ${wrong + 1} is not a number.`);
      else if (xy.length % 2 !== 0)
        reading.problems.push(`${where}, polygon ${p + 1}: ${xy.length} numbers do not make x, y pairs.`);
      else addWords(reading.pages, name, [{ xy, ignore: false, text: null }]);
    });
  });
  return reading;
}

function unquoted(field: string): string {
  const trimmed = field.trim();
  return /^".*"$/.test(trimmed) ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed;
}
