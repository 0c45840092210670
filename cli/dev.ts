// `npm run dev`: Vite's development server with reload.

import { join } from "node:path";
import { createServer } from "vite";
import { root } from "./root.ts";

export async function run(): Promise<number> {
  const server = await createServer({ root, configFile: join(root, "vite.config.ts") });
  await server.listen();
  server.printUrls();
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await server.close();
  return 0;
}
