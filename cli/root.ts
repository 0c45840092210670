// The folder of the project, wherever a command is called from.

import { resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");
