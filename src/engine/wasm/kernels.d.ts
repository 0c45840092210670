// The compiled kernels as the build makes them (cli/vite-wasm-kernels.ts): the address of a WASM module.

declare module "*/kernels.as?compiled" {
  const url: string;
  export default url;
}

declare module "*/kernels.as?compiled&relaxed" {
  const url: string;
  export default url;
}
