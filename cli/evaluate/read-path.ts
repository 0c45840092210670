// A path of the command line → pages: competition JSON, submission CSV, one ICDAR text file, a folder or a zip of them.
// Nothing from inside a file or an archive is ever used as a path.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { unzipSync } from "fflate";
import { readCompetitionJson } from "./read-competition-json.ts";
import { readIcdarText } from "./read-icdar-text.ts";
import { readSubmissionCsv } from "./read-submission-csv.ts";
import { type Reading, UnreadableError } from "./reading.ts";

type Role = "truth" | "predictions";

/** Of one text inside an archive, unpacked; more is no label file. */
const LARGEST_ENTRY_BYTES = 64 * 1024 * 1024;
const LARGEST_ARCHIVE_BYTES = 512 * 1024 * 1024;

/** Throws UnreadableError with a sentence when nothing of the path can be used. */
export function readPath(path: string, role: Role): Reading {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new UnreadableError(`${path} (${role}) does not exist or cannot be read.`);
  }
  if (isFolder) return readFolder(path, role);
  if (/\.zip$/i.test(path)) return readZip(path, role);
  return readText(basename(path), decode(readFileSync(path)), role);
}

function readText(file: string, text: string, role: Role): Reading {
  if (/\.json$/i.test(file)) return readCompetitionJson(file, text);
  if (/\.csv$/i.test(file)) return readSubmissionCsv(file, text);
  if (!/\.txt$/i.test(file))
    throw new UnreadableError(
      `${file}: should end in .json, .csv, .txt or .zip, or be a folder of .txt files.`,
    );
  const reading: Reading = { pages: new Map(), problems: [] };
  readIcdarText(reading, file, text, role);
  return reading;
}

function readFolder(folder: string, role: Role): Reading {
  const files = readdirSync(folder).sort();
  const texts = files.filter((file) => /\.txt$/i.test(file));
  const jsons = files.filter((file) => /\.json$/i.test(file));
  const [json] = jsons;
  if (texts.length === 0 && json !== undefined && jsons.length === 1)
    return readText(json, decode(readFileSync(join(folder, json))), role);
  if (texts.length === 0)
    throw new UnreadableError(
      `${folder} (${role}) holds ${jsons.length} .json and no .txt file; expected ICDAR .txt files or one .json.`,
    );
  const reading: Reading = { pages: new Map(), problems: [] };
  for (const file of texts) readIcdarText(reading, file, decode(readFileSync(join(folder, file))), role);
  return reading;
}

function readZip(path: string, role: Role): Reading {
  const reading: Reading = { pages: new Map(), problems: [] };
  let total = 0;
  let entries: Map<string, Uint8Array>;
  try {
    const unpacked = unzipSync(readFileSync(path), {
      filter: ({ name, originalSize }) => {
        if (!/\.txt$/i.test(name) || name.startsWith("__MACOSX/")) return false;
        total += originalSize;
        const isSmall = originalSize <= LARGEST_ENTRY_BYTES && total <= LARGEST_ARCHIVE_BYTES;
        if (!isSmall)
          reading.problems.push(`${basename(path)}: ${name} is too large to be a label file; left out.`);
        return isSmall;
      },
    });
    // Every name ends in .txt here, so none can be a property that objects have by themselves.
    entries = new Map(Object.entries(unpacked));
  } catch (thrown) {
    throw new UnreadableError(
      `${path} is not a zip archive that can be read: ${thrown instanceof Error ? thrown.message : thrown}`,
    );
  }
  if (entries.size === 0) throw new UnreadableError(`${path} holds no .txt file.`);
  for (const [name, bytes] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
    readIcdarText(reading, name, decode(bytes), role);
  return reading;
}

/** UTF-8; what is not stays readable as far as numbers go. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8").decode(bytes);
}
