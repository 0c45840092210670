// Why a file cannot be trained, thrown where it is found and handed on as data: the operator's name and a clause.

import type { OnnxNode } from "./messages.ts";
import type { NotTrainable } from "./read.ts";

export class Refusal extends Error {
  readonly data: NotTrainable;

  constructor(node: OnnxNode | undefined, reason: string) {
    const operator = node?.op ?? "";
    const name = node === undefined ? "" : node.name || (node.outputs[0] ?? "");
    const sentence =
      node === undefined
        ? `It cannot be trained: ${reason}.`
        : `Operator ${operator} ("${name}") cannot be trained: ${reason}.`;
    super(sentence);
    this.data = { operator, node: name, reason, sentence };
  }
}
