// The network as data. Builders, shapes, parameter and cost counts.

export type {
  ActivationKind,
  Block,
  Graph,
  Node,
  NodeId,
  NodeKind,
  Parameter,
  ParameterName,
  ParameterRole,
  Shape,
  Weights,
} from "./types.ts";
