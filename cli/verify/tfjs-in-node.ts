// Lets Node load the parts of tfjs that are published only for bundlers (the table of gradients): their imports name
// files without ".js", and one of them shares its name with a folder. Import this before loading an engine in Node.

import { register } from "node:module";

const hook = `
export async function resolve(specifier, context, next) {
  const isBare = !specifier.startsWith(".") || /\\.[cm]?js$/.test(specifier);
  if (isBare || !/\\/node_modules\\/@tensorflow\\//.test(context.parentURL ?? "")) return next(specifier, context);
  return next(specifier + ".js", context);
}`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
