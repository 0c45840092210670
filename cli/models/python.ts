// A Python of this machine for tests that compare with a library of its world.

import { execFileSync } from "node:child_process";

/** One that has the module; Debian's may stand behind another one that lies first in the path. Undefined where there is none. */
export function pythonWith(module: "torch" | "onnx"): string | undefined {
  return ["python3", "/usr/bin/python3"].find((each) => {
    try {
      execFileSync(each, ["-c", `import ${module}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}
