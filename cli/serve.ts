// Builds the app when its sources are newer than the build, and serves it with isolation and security headers.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Plugin, preview } from "vite";
import { root } from "./root.ts";

const SOURCES = ["src", "workers", "public", "index.html", "vite.config.ts", "package-lock.json", "cli"];

/** Where `npm start` serves unless the port is taken. */
export const START_ADDRESS = "http://127.0.0.1:4173/";

export interface ServedApp {
  /** With a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Answers whether a build was made. Throws when it fails; Vite has said why by then. */
export async function buildApp(): Promise<boolean> {
  const built = join(root, "dist/index.html");
  if (existsSync(built) && newest(SOURCES) < statSync(built).mtimeMs) return false;
  // In a process of its own: a test runner's NODE_ENV would make it a development build.
  const result = spawnSync(
    process.execPath,
    [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, NODE_ENV: "production", VITEST: "" },
    },
  );
  if (result.status !== 0) throw new Error("The playground could not be built; the message above says why.");
  return true;
}

/** Serves `dist/` on the given port or the next free one; a plug-in may add addresses. */
export async function serveApp(port = 4173, plugins: Plugin[] = []): Promise<ServedApp> {
  const server = await preview({
    root,
    configFile: join(root, "vite.config.ts"),
    logLevel: "warn",
    plugins,
    preview: { port, host: "127.0.0.1" },
  });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error("the server started without an address");
  return { url, close: () => server.close() };
}

function newest(paths: readonly string[]): number {
  let latest = 0;
  for (const path of paths) {
    const full = join(root, path);
    if (!existsSync(full)) continue;
    const stat = statSync(full);
    latest = Math.max(latest, stat.mtimeMs);
    if (stat.isDirectory())
      latest = Math.max(latest, newest(readdirSync(full).map((name) => join(path, name))));
  }
  return latest;
}
