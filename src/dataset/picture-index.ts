// Finds the picture that a label file means. Names are compared as text and open nothing, so "../x", "/etc/x" and
// "__proto__" are names like any other. Unicode forms and letter case do not matter unless they decide between two.

import type { PictureName } from "./importers/types.ts";

export type Found<T> =
  | { readonly kind: "found"; readonly entry: T }
  | { readonly kind: "missing" }
  /** More than one fits equally well. */
  | { readonly kind: "ambiguous"; readonly paths: readonly string[] };

export interface PictureIndex<T> {
  /** Nearest first: beside the label file, then below the top, then anywhere by its last part, when that is unique. */
  find(picture: PictureName, labelPath: string): Found<T>;
}

export function indexPictures<T extends { readonly path: string }>(entries: readonly T[]): PictureIndex<T> {
  const byPath = new Map(entries.map((entry) => [normal(entry.path), entry]));
  const byBase = groupBy(entries, ({ path }) => lastPart(normal(path)));
  const byStem = groupBy(entries, ({ path }) => stem(lastPart(normal(path))));

  const nearest = (group: readonly T[], labelPath: string): Found<T> => {
    const beside = group.filter(({ path }) => folder(normal(path)) === folder(normal(labelPath)));
    const [first, ...others] = beside.length > 0 ? beside : group;
    if (first === undefined) return { kind: "missing" };
    if (others.length === 0) return { kind: "found", entry: first };
    return { kind: "ambiguous", paths: [first, ...others].map(({ path }) => path) };
  };

  const findFile = (name: string, labelPath: string): Found<T> => {
    const wanted = normal(name);
    const exact = byPath.get(join(folder(normal(labelPath)), wanted)) ?? byPath.get(wanted);
    if (exact !== undefined) return { kind: "found", entry: exact };
    const group = byBase.get(lastPart(wanted)) ?? [];
    const sameTail = group.filter(({ path }) => `/${normal(path)}`.endsWith(`/${wanted}`));
    return nearest(sameTail.length > 0 ? sameTail : group, labelPath);
  };

  const findStem = (stems: readonly string[], labelPath: string): Found<T> => {
    for (const name of stems) {
      // "photo.jpg.txt" belongs to "photo.jpg".
      const group = byStem.get(normal(name)) ?? byBase.get(normal(name)) ?? [];
      const found = nearest(group, labelPath);
      if (found.kind !== "missing") return found;
    }
    return { kind: "missing" };
  };

  return {
    find: (picture, labelPath) =>
      picture.by === "file" ? findFile(picture.name, labelPath) : findStem(picture.stems, labelPath),
  };
}

function groupBy<T>(entries: readonly T[], key: (entry: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const group = groups.get(key(entry));
    if (group === undefined) groups.set(key(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}

function normal(path: string): string {
  return path
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .normalize("NFC")
    .toLowerCase();
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function folder(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

function stem(baseName: string): string {
  return baseName.replace(/\.[^.]*$/, "");
}

/** Textual; ".." takes a folder away, as far as there is one. */
function join(base: string, name: string): string {
  const parts = base === "" ? [] : base.split("/");
  for (const part of name.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
