// The types of comlink's adapter lie beside it under a name without ".mjs", which Node does not load.

declare module "comlink/dist/esm/node-adapter.mjs" {
  export { default } from "comlink/dist/esm/node-adapter";
}
