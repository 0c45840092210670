// The screen.

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/widgets.css";
import "./styles/pages.css";
import "./styles/results.css";
import "./styles/drawer.css";
import "./styles/lab.css";
import "./styles/models.css";
import "./styles/profiler.css";
import "./styles/runs.css";
import "./styles/panels.css";

export { App } from "./app.tsx";
export { PlaygroundProvider } from "./use-app.ts";
