// A network → a short Python file that rebuilds it with plain torch and loads the weights; nothing else needs to be installed.

import type { Graph } from "../graph/index.ts";

/** The text of `dbnet.py`. Its module answers with the logits of the probability map (and of the threshold map). */
export function writeTorch(graph: Graph): string {
  // JSON of these nodes (numbers, texts, lists) is a Python literal as it stands.
  const nodes = graph.nodes.map(({ block: _, ...node }) => `    ${JSON.stringify(node)},`).join("\n");
  return `"""${graph.name.replace(/[^\w .-]/g, "_")} as a torch module, written by the OCR Training Playground.

    net = load("model.safetensors")
    probability = torch.sigmoid(net(page))  # page: [N, 3, H, W], prepared as the checkpoint's notes say

Sides must be multiples of ${graph.sizeMultiplePx}.
"""

import json
import struct

import torch
from torch import nn
from torch.nn import functional as F

OUTPUT = ${JSON.stringify(graph.outputs.probability)}
NODES = [
${nodes}
]


def layer(node):
    kind = node["kind"]
    if kind == "conv":
        return nn.Conv2d(node["inChannels"], node["outChannels"], node["kernel"], node["stride"], node["padding"],
                         groups=node["groups"], bias="bias" in node)
    if kind == "convTranspose":
        return nn.ConvTranspose2d(node["inChannels"], node["outChannels"], 2, 2, bias="bias" in node)
    if kind == "batchNorm":
        return nn.BatchNorm2d(node["channels"], eps=node["epsilon"], momentum=node["momentum"])
    return None


def activate(node, x):
    kind = node["activation"]
    if kind == "relu":
        return F.relu(x)
    if kind == "sigmoid":
        return torch.sigmoid(x)
    if kind == "hardSwish":
        return x * torch.clamp(x + 3, 0, 6) / 6
    return torch.clamp(x * node.get("slope", 1 / 6) + 0.5, 0, 1)


class DBNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = {}
        for node in NODES:
            made = layer(node)
            if made is None:
                continue
            path = (node.get("weight") or node["gamma"]).rsplit(".", 1)[0].split(".")
            parent = self
            for part in path[:-1]:
                if part not in parent._modules:
                    parent.add_module(part, nn.Module())
                parent = parent._modules[part]
            parent.add_module(path[-1], made)
            self.layers[node["id"]] = made

    def forward(self, page, output=OUTPUT):
        values = {}
        for node in NODES:
            kind = node["kind"]
            x = values.get(node.get("input"))
            if kind == "input":
                y = page
            elif node["id"] in self.layers:
                y = self.layers[node["id"]](x)
            elif kind == "activation":
                y = activate(node, x)
            elif kind == "maxPool":
                y = F.max_pool2d(x, node["kernel"], node["stride"], node["padding"])
            elif kind == "globalAveragePool":
                y = x.mean((2, 3), keepdim=True)
            elif kind == "upsample":
                y = F.interpolate(x, scale_factor=node["factor"], mode="nearest")
            elif kind == "add":
                y = values[node["inputs"][0]] + values[node["inputs"][1]]
            elif kind == "scaleChannels":
                y = x * values[node["scale"]]
            else:
                y = torch.cat([values[name] for name in node["inputs"]], 1)
            values[node["id"]] = y
            if node["id"] == output:
                return y


def read_weights(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        data = bytearray(file.read())
    weights = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        values = torch.frombuffer(data, dtype=torch.float32, count=(end - start) // 4, offset=start)
        weights[name] = values.reshape(entry["shape"]).clone()
    return weights


def load(path):
    net = DBNet()
    net.load_state_dict(read_weights(path))
    return net.eval()
`;
}
