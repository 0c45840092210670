// The screen.

export { App } from "./app.tsx";
export { PlaygroundProvider } from "./use-app.ts";
