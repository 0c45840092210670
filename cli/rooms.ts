// The import rule, read from the table in docs/ARCHITECTURE.md: look down, never up, never sideways, only through index.ts.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { root } from "./root.ts";

interface Room {
  readonly level: number;
  readonly mayUse: ReadonlySet<number>;
}

/** Libraries that only one place may import. */
const ONLY_IN: readonly { readonly library: RegExp; readonly places: RegExp }[] = [
  { library: /^@tensorflow\//, places: /^(src\/engine\/tfjs\/|cli\/bench\/stock-tfjs)/ },
  { library: /^@jax-js\//, places: /^cli\/bench\// },
  { library: /^react(-dom)?(\/|$)/, places: /^src\/(ui\/|main\.tsx)/ },
  { library: /^uplot/, places: /^src\/ui\// },
  { library: /^zustand/, places: /^src\/(store|ui)\// },
  { library: /^comlink$/, places: /^(src\/client\/|workers\/|cli\/train\/node\/)/ },
  { library: /^onnxruntime-web/, places: /^src\/infer\// },
  { library: /^clipper-lib$/, places: /^src\/geometry\// },
  { library: /^idb(\/|$)/, places: /^src\/storage\// },
];

/** Take engines apart to compare single operations with the references, or to time them, so they may look inside `engine`. */
const INSIDE_ENGINE = /^cli\/(verify\/executors|bench\/kernels)\//;

/** One sentence for each wrong import; empty when all is well. */
export function checkRooms(): string[] {
  const rooms = readTable();
  const wrong: string[] = [];
  for (const file of sourceFiles()) {
    for (const { line, specifier } of importsOf(file)) {
      const says = judge(file, specifier, rooms);
      if (says !== undefined) wrong.push(`${file}:${line}: ${says}`);
    }
  }
  return wrong;
}

function judge(file: string, specifier: string, rooms: ReadonlyMap<string, Room>): string | undefined {
  if (!specifier.startsWith(".")) {
    const rule = ONLY_IN.find(({ library }) => library.test(specifier));
    if (rule !== undefined && !rule.places.test(file))
      return `"${specifier}" may be imported only in ${rule.places.source}`;
    return undefined;
  }
  const target = relative(root, resolve(root, dirname(file), specifier)).replaceAll("\\", "/");
  const from = roomOf(file);
  const to = roomOf(target);
  if (to === undefined || from === to) return undefined;
  if (to === "engine" && INSIDE_ENGINE.test(file)) return undefined;
  const toRoom = rooms.get(to);
  if (toRoom === undefined) return `room "${to}" is not in the table of docs/ARCHITECTURE.md`;
  if (!target.startsWith(`src/${to}/index.ts`))
    return `imports ${target}; other rooms use only src/${to}/index.ts`;
  if (file === "src/main.tsx") return undefined;
  if (from === undefined)
    return toRoom.level <= 8 ? undefined : `${dirname(file)}/ may not import "${to}" (level ${toRoom.level})`;
  const fromRoom = rooms.get(from);
  if (fromRoom === undefined) return `room "${from}" is not in the table of docs/ARCHITECTURE.md`;
  if (fromRoom.mayUse.has(toRoom.level)) return undefined;
  return `"${from}" (level ${fromRoom.level}) may not import "${to}" (level ${toRoom.level})`;
}

function roomOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1];
}

function readTable(): Map<string, Room> {
  const rooms = new Map<string, Room>();
  for (const line of readFileSync(join(root, "docs/ARCHITECTURE.md"), "utf8").split("\n")) {
    const row = /^\| (\d+) +\| `([a-z]+)` +\|.*\| ([^|]+) \|$/.exec(line);
    if (row === null) continue;
    const [, level = "", name = "", uses = ""] = row;
    rooms.set(name, { level: Number(level), mayUse: levelsIn(uses) });
  }
  if (rooms.size === 0) throw new Error("docs/ARCHITECTURE.md has no table of rooms");
  return rooms;
}

/** "0–1, 7" → {0, 1, 7}; "nothing" → {}. */
function levelsIn(text: string): Set<number> {
  const levels = new Set<number>();
  for (const [, low = "", high = low] of text.matchAll(/(\d+)(?:–(\d+))?/g)) {
    for (let level = Number(low); level <= Number(high); level++) levels.add(level);
  }
  return levels;
}

/** Product code; a test may look wherever it must. */
function sourceFiles(): string[] {
  return ["src", "workers", "cli"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(
        (file) => `${folder}/${file}`,
      ),
    )
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\.tsx?$/.test(file))
    .sort();
}

function importsOf(file: string): { line: number; specifier: string }[] {
  const found: { line: number; specifier: string }[] = [];
  const text = readFileSync(join(root, file), "utf8");
  const pattern = /(?:from\s+|import\s+|import\s*\(\s*|new URL\(\s*)"([^"]+)"/g;
  for (const match of text.matchAll(pattern)) {
    const specifier = (match[1] ?? "").split("?")[0] ?? "";
    found.push({ line: text.slice(0, match.index).split("\n").length, specifier });
  }
  return found;
}

if (process.argv[1] === import.meta.filename) {
  const wrong = checkRooms();
  for (const line of wrong) console.error(line);
  console.log(wrong.length === 0 ? "All imports go downhill." : `${wrong.length} wrong imports.`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
