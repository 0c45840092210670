// How own pages come in: dropped on the page, or chosen as a folder or as files. Paths are kept as they come; they are
// names, never looked up anywhere.

import { type OwnFile, ownFile, type Playground } from "../store/index.ts";

/** The input whose dialog is open; in the document, for a browser may drop a detached one before the dialog comes. */
let openInput: HTMLInputElement | undefined;

/** Opens the browser's dialog; needs a key press or a click just before. */
export function chooseFiles(playground: Playground, kind: "folder" | "files"): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.webkitdirectory = kind === "folder";
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])].map(ownFile);
    input.remove();
    if (files.length > 0) void playground.openFiles(files, nameOf(files));
  });
  openInput?.remove();
  openInput = input;
  input.hidden = true;
  document.body.append(input);
  input.click();
}

/** Everything in a drop, folders opened. Must be called within the drop event: the items are gone after it. */
export async function droppedFiles(transfer: DataTransfer): Promise<OwnFile[]> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const loose = entries.length === 0 ? [...transfer.files].map(ownFile) : [];
  const found = await Promise.all(entries.map((entry) => filesOf(entry, entry.name)));
  return [...loose, ...found.flat()];
}

/** The folder all files lie in, or a word. */
export function nameOf(files: readonly OwnFile[]): string {
  const folders = new Set(
    files.map(({ path }) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "")),
  );
  const [only] = folders;
  return folders.size === 1 && only !== undefined && only !== "" ? only : "own pages";
}

async function filesOf(entry: FileSystemEntry, path: string): Promise<OwnFile[]> {
  if (isFile(entry)) {
    const blob = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path, blob }];
  }
  if (!isDirectory(entry)) return [];
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  // A reader hands out at most a hundred entries at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break;
    children.push(...some);
  }
  const found = await Promise.all(children.map((child) => filesOf(child, `${path}/${child.name}`)));
  return found.flat();
}

// Their classes are types only: Chrome has no global of that name to test with.
function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
