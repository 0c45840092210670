// The gradient as operations, in reverse order of the forward ones. Gradients of values that have several readers
// are added up; the gradient of a sum is the same buffer for its parts as long as nobody writes to it again.

import type { NodeId } from "../../graph/index.ts";
import { channelsBefore, type Forward, known, normSlots, placedKey } from "./forward.ts";
import type { Lowered, Names } from "./lowered.ts";
import { joinedSlot } from "./parameters.ts";
import type { Activation, ParameterLayout, PlanOp, Slot, View } from "./types.ts";
import { parameterNames } from "./twins.ts";
import { channelSlice } from "./views.ts";

/** Appends loss and gradient to `forward.ops`; `outputs` are the ids of both logits. */
export function planBackward(forward: Forward, outputs: { probability: NodeId; threshold: NodeId }): void {
  new Backward(forward).run(outputs);
}

class Backward {
  private readonly forward: Forward;
  private readonly gradients = new Map<NodeId, View>();
  /** Values whose gradient is also another's: a sum and its parts. */
  private readonly sharers = new Map<NodeId, Set<NodeId>>();
  private readonly learning: ReadonlySet<NodeId>;
  private readonly position: ReadonlyMap<NodeId, number>;
  private readonly nodes: ReadonlyMap<NodeId, Lowered>;

  constructor(forward: Forward) {
    this.forward = forward;
    this.nodes = new Map(forward.nodes.map((node) => [node.id, node]));
    this.position = new Map(forward.nodes.map((node, index) => [node.id, index]));
    this.learning = learningNodes(forward.nodes, forward.parameters);
  }

  run({ probability, threshold }: { probability: NodeId; threshold: NodeId }): void {
    const { values, ops, nodes, shapes, allocate } = this.forward;
    ops.push({
      kind: "loss",
      probability: known(values, probability),
      threshold: known(values, threshold),
      probabilityGradient: this.outputGradient(probability),
      // A network without a threshold head has one output: what the loss says of the other is for nobody.
      thresholdGradient:
        threshold === probability ? allocate(known(shapes, threshold)) : this.outputGradient(threshold),
    });
    for (const node of [...nodes].reverse()) {
      const gradient = this.gradients.get(node.id);
      if (gradient !== undefined) this.backward(node, gradient);
    }
  }

  /** The loss writes both, so a joined output is whole after it. */
  private outputGradient(id: NodeId): View {
    const node = this.nodes.get(id);
    const source = node?.kind === "slice" ? node.inputs[0] : undefined;
    if (node?.kind !== "slice" || source === undefined) return this.first(id);
    const whole = this.gradients.get(source) ?? this.first(source);
    return channelSlice(whole, node.first, node.channels);
  }

  private first(id: NodeId): View {
    const view = this.forward.allocate(known(this.forward.shapes, id));
    this.gradients.set(id, view);
    return view;
  }

  private backward(node: Lowered, outputGradient: View): void {
    const { ops, parameters, values } = this.forward;
    const input = (index = 0): View => known(values, node.inputs[index] ?? "");
    const output = known(values, node.id);
    /** Hands `write` the gradient of an input, where anybody needs it. */
    const into = (write: (inputGradient: View, accumulate: boolean) => PlanOp, index = 0): void => {
      const id = node.inputs[index] ?? "";
      if (!this.learning.has(id)) return;
      const { view, accumulate } = this.target(id, node.id);
      ops.push(write(view, accumulate));
    };
    switch (node.kind) {
      case "input":
      case "slice":
        return;
      case "conv": {
        const { geometry } = node;
        this.biasGradient(node.bias, outputGradient);
        const gradient = this.trainable(node.weight);
        if (gradient !== undefined) {
          ops.push({ kind: "convWeightGradient", input: input(), outputGradient, gradient, geometry });
        }
        const weight = joinedSlot(parameters, node.weight);
        into((inputGradient, accumulate) => ({
          kind: "convInputGradient",
          outputGradient,
          weight,
          inputGradient,
          accumulate,
          geometry,
        }));
        return;
      }
      case "convTranspose": {
        const { groups } = node;
        this.biasGradient(node.bias, outputGradient);
        const gradient = this.trainable(node.weight);
        if (gradient !== undefined) {
          ops.push({ kind: "convTransposeWeightGradient", input: input(), outputGradient, gradient, groups });
        }
        const weight = joinedSlot(parameters, node.weight);
        into((inputGradient, accumulate) => ({
          kind: "convTransposeInputGradient",
          outputGradient,
          weight,
          inputGradient,
          accumulate,
          groups,
        }));
        return;
      }
      case "batchNorm":
        this.batchNorm(node, outputGradient);
        return;
      case "activation":
        into((inputGradient, accumulate) => ({
          kind: "activationGradient",
          saved: readsItsInput(node.activation) ? input() : output,
          outputGradient,
          inputGradient,
          accumulate,
          activation: node.activation,
        }));
        return;
      case "maxPool":
        into((inputGradient, accumulate) => ({
          kind: "maxPoolGradient",
          input: input(),
          outputGradient,
          inputGradient,
          accumulate,
          geometry: node.geometry,
        }));
        return;
      case "globalAveragePool":
        into((inputGradient, accumulate) => ({
          kind: "globalAveragePoolGradient",
          outputGradient,
          inputGradient,
          accumulate,
        }));
        return;
      case "upsample":
        into((inputGradient, accumulate) => ({
          kind: "upsampleGradient",
          outputGradient,
          inputGradient,
          accumulate,
          factor: node.factor,
        }));
        return;
      case "addUpsampled":
        this.sum(node, outputGradient);
        return;
      case "scaleChannels":
        into((inputGradient, accumulate) => ({
          kind: "scaleChannelsInputGradient",
          outputGradient,
          scale: input(1),
          inputGradient,
          accumulate,
        }));
        into(
          (scaleGradient, accumulate) => ({
            kind: "scaleChannelsScaleGradient",
            outputGradient,
            input: input(),
            scaleGradient,
            accumulate,
          }),
          1,
        );
        return;
      case "concat":
        this.concat(node, outputGradient);
        return;
      default:
        node satisfies never;
    }
  }

  private batchNorm(node: Lowered<"batchNorm">, outputGradient: View): void {
    const { ops, parameters, values, saved, allocate, shapes } = this.forward;
    const [id = ""] = node.inputs;
    const gammaGradient = this.trainable(node.norm.gamma);
    const betaGradient = this.trainable(node.norm.beta);
    const isNeeded = this.learning.has(id);
    if (!isNeeded && gammaGradient === undefined && betaGradient === undefined) return;
    // The kernel writes an input gradient in any case; where nobody needs it, it is scratch.
    const { view, accumulate } = isNeeded
      ? this.target(id, node.id)
      : { view: allocate(known(shapes, id)), accumulate: false };
    const common = {
      input: known(values, id),
      outputGradient,
      inputGradient: view,
      accumulate,
      slots: normSlots(node.norm, parameters),
      ...(gammaGradient === undefined ? {} : { gammaGradient }),
      ...(betaGradient === undefined ? {} : { betaGradient }),
      ...(node.activation === undefined ? {} : { activation: node.activation }),
    };
    ops.push(
      node.statistics === "running"
        ? { kind: "batchNormInferenceGradient", ...common }
        : { kind: "batchNormGradient", ...common, saved: known(saved, node.id) },
    );
  }

  private sum(node: Lowered<"addUpsampled">, outputGradient: View): void {
    const [base = "", coarse = ""] = node.inputs;
    this.pass(node, base, outputGradient);
    if (node.factor === 1) this.pass(node, coarse, outputGradient);
    else if (this.learning.has(coarse)) {
      const { view, accumulate } = this.target(coarse, node.id);
      const { factor } = node;
      this.forward.ops.push({
        kind: "upsampleGradient",
        outputGradient,
        inputGradient: view,
        accumulate,
        factor,
      });
    }
  }

  /** Hands a gradient on unchanged: shares the buffer where this is the first contribution, else adds a copy. */
  private pass(node: Lowered, id: NodeId, outputGradient: View): void {
    if (!this.learning.has(id)) return;
    if (!this.gradients.has(id)) {
      this.gradients.set(id, outputGradient);
      const family = this.sharers.get(node.id) ?? new Set([node.id]);
      family.add(id);
      for (const member of family) this.sharers.set(member, family);
      return;
    }
    const { view, accumulate } = this.target(id, node.id);
    this.forward.ops.push({ kind: "copy", input: outputGradient, output: view, accumulate });
  }

  private concat(node: Lowered<"concat">, outputGradient: View): void {
    const shapeOf = (id: NodeId) => known(this.forward.shapes, id);
    for (const [index, id] of node.inputs.entries()) {
      if (!this.learning.has(id)) continue;
      const part = channelSlice(outputGradient, channelsBefore(node, index, shapeOf), shapeOf(id).channels);
      const isPlaced = this.forward.placed.has(placedKey(node.id, id));
      if (isPlaced && !this.gradients.has(id)) {
        this.gradients.set(id, part);
        continue;
      }
      const { view, accumulate } = this.target(id, node.id);
      this.forward.ops.push({ kind: "copy", input: part, output: view, accumulate });
    }
  }

  /** Where `writer` puts its contribution to the gradient of `id`. */
  private target(id: NodeId, writer: NodeId): { view: View; accumulate: boolean } {
    const known = this.gradients.get(id);
    if (known === undefined) return { view: this.first(id), accumulate: false };
    const at = this.position.get(writer) ?? 0;
    const isRead = [...(this.sharers.get(id) ?? [])].some(
      (other) => other !== id && (this.position.get(other) ?? 0) <= at,
    );
    if (!isRead) return { view: known, accumulate: true };
    // Another value still has to read this buffer: go on in a copy.
    this.sharers.get(id)?.delete(id);
    this.sharers.delete(id);
    const view = this.first(id);
    this.forward.ops.push({ kind: "copy", input: known, output: view, accumulate: false });
    return { view, accumulate: true };
  }

  private biasGradient(names: Names, outputGradient: View): void {
    const gradient = names.length === 0 ? undefined : this.trainable(names);
    if (gradient !== undefined) this.forward.ops.push({ kind: "biasGradient", outputGradient, gradient });
  }

  /** The slot of these parameters, where the optimiser moves them. */
  private trainable(names: Names): Slot | undefined {
    const slot = joinedSlot(this.forward.parameters, names);
    return slot.store === "trainable" ? slot : undefined;
  }
}

/** Values that a trainable parameter has a part in. */
export function learningNodes(
  nodes: readonly Lowered[],
  { slots }: Pick<ParameterLayout, "slots">,
): ReadonlySet<NodeId> {
  const learning = new Set<NodeId>();
  for (const node of nodes) {
    const learns = parameterNames(node).some((name) => slots.get(name)?.store === "trainable");
    if (learns || node.inputs.some((id) => learning.has(id))) learning.add(node.id);
  }
  return learning;
}

/** The others' derivative follows from their output, so that their input need not be kept. */
function readsItsInput(activation: Activation): boolean {
  return activation.kind === "hardSwish";
}
