// The one door of every npm script: sets up what is missing, says so, then runs `cli/main.ts`.
// Plain JavaScript on purpose: it must run before any package is installed.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: this project needs Node 20.19 or newer.`);
  process.exit(1);
}

const missing = missingPackages();
if (missing.length > 0) {
  const some = missing.slice(0, 3).join(", ") + (missing.length > 3 ? ` and ${missing.length - 3} more` : "");
  console.error(
    `Setting up: installing packages from package-lock.json (missing or of another version: ${some}) …`,
  );
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    console.error(
      "npm ci failed, so nothing was started. Its message above says why; check the network and try again.",
    );
    process.exit(1);
  }
}

const child = spawn(
  process.execPath,
  ["--import", "tsx", resolve(root, "cli/main.ts"), ...process.argv.slice(2)],
  { stdio: "inherit", cwd: process.env.INIT_CWD ?? process.cwd(), env: process.env },
);
// Signals are passed on. Ctrl-C in a terminal also reaches the child directly: commands take the second one as the same wish.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));

/** Direct dependencies that are absent or not of the locked version. */
function missingPackages() {
  const lock = JSON.parse(readFileSync(resolve(root, "package-lock.json"), "utf8"));
  const wanted = { ...lock.packages[""].dependencies, ...lock.packages[""].devDependencies };
  return Object.keys(wanted).filter((name) => {
    const manifest = resolve(root, "node_modules", name, "package.json");
    if (!existsSync(manifest)) return true;
    return (
      JSON.parse(readFileSync(manifest, "utf8")).version !== lock.packages[`node_modules/${name}`]?.version
    );
  });
}
