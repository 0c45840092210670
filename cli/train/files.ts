// Collects the person's files for the page and serves them from the page's own origin, so that nothing else is asked.

import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { Plugin } from "vite";

export interface LocalFile {
  /** Relative to what was given, with forward slashes; plain data. */
  readonly path: string;
  readonly fullPath: string;
}

const PREFIX = "/__files__/";

const PICTURE = /\.(jpe?g|png|webp)$/i;

/**
 * Every regular file of `data` (a folder or one file) and of `images`; hidden files are left out. For a label file without
 * `images`: the pictures beside it, in `images/` beside it, or in `images/` one level up, as check-data looks for them.
 */
export function collectFiles(data: string, images: string | undefined): LocalFile[] {
  const files = new Map<string, LocalFile>();
  const add = (found: readonly LocalFile[]): void => {
    for (const file of found) files.set(file.fullPath, file);
  };
  add(filesOf(data));
  if (images !== undefined) add(filesOf(images));
  else if (!statSync(data).isDirectory()) add(picturesOf(data));
  return [...files.values()];
}

function picturesOf(labelFile: string): LocalFile[] {
  const beside = dirname(labelFile);
  for (const folder of [beside, join(beside, "images"), join(beside, "..", "images")]) {
    if (!existsSync(folder)) continue;
    const pictures = readdirSync(folder)
      .filter((name) => PICTURE.test(name))
      .sort()
      .map((name) => ({ path: name, fullPath: join(folder, name) }));
    if (pictures.length > 0) return pictures;
  }
  return [];
}

function filesOf(given: string): LocalFile[] {
  if (!statSync(given).isDirectory()) return [{ path: basename(given), fullPath: given }];
  return readdirSync(given, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((fullPath) => ({ path: relative(given, fullPath).replaceAll("\\", "/"), fullPath }));
}

/** Address of the n-th file on the served page. */
export function fileAddress(index: number): string {
  return `${PREFIX}${index}`;
}

/** Serves exactly these files by number; any other path under the prefix is 404. */
export function serveFiles(files: readonly LocalFile[]): Plugin {
  return {
    name: "local-files",
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        if (!request.url?.startsWith(PREFIX)) return next();
        const file = files[Number(request.url.slice(PREFIX.length))];
        if (file === undefined) {
          response.statusCode = 404;
          response.end();
          return;
        }
        response.setHeader("Content-Type", "application/octet-stream");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        createReadStream(file.fullPath)
          .on("error", () => response.destroy())
          .pipe(response);
      });
    },
  };
}
