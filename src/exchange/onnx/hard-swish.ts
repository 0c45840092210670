// HardSwish spelled out, x · clip(x + 3, 0, 6) / 6, is one operation: found before anything is built, because its scalars
// look like any other scalar to whoever reads operator by operator.

import type { Constants } from "./constants.ts";
import type { OnnxModel, OnnxNode } from "./messages.ts";

export interface HardSwish {
  /** The value that goes in. */
  readonly input: string;
}

interface Spelled {
  /** By the node that ends the spelling. */
  readonly ends: ReadonlyMap<OnnxNode, HardSwish>;
  /** Nodes inside it, which are not built. */
  readonly absorbed: ReadonlySet<OnnxNode>;
}

export function findHardSwish(
  model: OnnxModel,
  constants: Constants,
  makers: ReadonlyMap<string, OnnxNode>,
): Spelled {
  const ends = new Map<OnnxNode, HardSwish>();
  const absorbed = new Set<OnnxNode>();
  const uses = new Map<string, number>();
  for (const { inputs } of model.nodes) for (const name of inputs) uses.set(name, (uses.get(name) ?? 0) + 1);

  const scalar = (name: string | undefined): number | undefined => {
    if (name === undefined || !constants.has(name)) return undefined;
    try {
      const { values } = constants.read(name);
      return values.length === 1 ? values[0] : undefined;
    } catch {
      return undefined;
    }
  };
  const isNear = (value: number | undefined, wanted: number): boolean =>
    value !== undefined && Math.abs(value - wanted) < 1e-6;
  const inner = (name: string | undefined, op: string): OnnxNode | undefined => {
    const node = name === undefined ? undefined : makers.get(name);
    return node?.op === op && uses.get(name ?? "") === 1 ? node : undefined;
  };
  /** clip(x + 3, 0, 6) → x and the nodes. */
  const gate = (name: string | undefined): { input: string; nodes: OnnxNode[] } | undefined => {
    const clip = inner(name, "Clip");
    if (clip === undefined) return undefined;
    const low = scalar(clip.inputs[1]) ?? clip.attributes.get("min")?.float;
    const high = scalar(clip.inputs[2]) ?? clip.attributes.get("max")?.float;
    const add = inner(clip.inputs[0], "Add");
    if (add === undefined || !isNear(low, 0) || !isNear(high, 6)) return undefined;
    const [a = "", b = ""] = add.inputs;
    if (isNear(scalar(b), 3)) return { input: a, nodes: [clip, add] };
    return isNear(scalar(a), 3) ? { input: b, nodes: [clip, add] } : undefined;
  };
  /** One of `pair` is x, the other makes the gate of x. */
  const product = (
    pair: readonly string[],
    make: (name: string | undefined) => { input: string; nodes: OnnxNode[] } | undefined,
  ): { input: string; nodes: OnnxNode[] } | undefined => {
    const [a = "", b = ""] = pair;
    for (const [x, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const made = make(other);
      if (made !== undefined && made.input === x) return made;
    }
    return undefined;
  };
  const sixth = (node: OnnxNode): string | undefined => {
    if (node.op === "Div" && isNear(scalar(node.inputs[1]), 6)) return node.inputs[0];
    if (node.op !== "Mul") return undefined;
    if (isNear(scalar(node.inputs[1]), 1 / 6)) return node.inputs[0];
    return isNear(scalar(node.inputs[0]), 1 / 6) ? node.inputs[1] : undefined;
  };

  for (const node of model.nodes) {
    // (x · gate) / 6
    const multiplied = inner(sixth(node), "Mul");
    let found = multiplied && product(multiplied.inputs, gate);
    if (found !== undefined && multiplied !== undefined) found.nodes.push(multiplied);
    // x · (gate / 6), x · HardSigmoid(x) with 1/6
    if (found === undefined && node.op === "Mul") {
      found = product(node.inputs, (name) => {
        const divided = inner(name, "Div") ?? inner(name, "Mul");
        const gated = divided && gate(sixth(divided));
        if (gated !== undefined && divided !== undefined)
          return { ...gated, nodes: [...gated.nodes, divided] };
        const hard = inner(name, "HardSigmoid");
        const isSixth = isNear(hard?.attributes.get("alpha")?.float, 1 / 6);
        return hard !== undefined && isSixth && isNear(hard.attributes.get("beta")?.float ?? 0.5, 0.5)
          ? { input: hard.inputs[0] ?? "", nodes: [hard] }
          : undefined;
      });
    }
    if (found === undefined) continue;
    ends.set(node, { input: found.input });
    for (const part of found.nodes) absorbed.add(part);
  }
  return { ends, absorbed };
}
