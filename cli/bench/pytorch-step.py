# One training step of our graph in PyTorch on the CPU, each time a line asks for it. Started by wasm-pytorch.ts, which hands over
# graph, weights and batches as files; answers each line with the milliseconds of the step and its loss as JSON.

import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

folder, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
task = json.load(open(os.path.join(folder, "task.json")))
flat = np.fromfile(os.path.join(folder, "weights.bin"), dtype=np.float32)
values, offset = {}, 0
for parameter in task["parameters"]:
    size = int(np.prod(parameter["shape"]))
    tensor = torch.from_numpy(flat[offset : offset + size].reshape(parameter["shape"]).copy())
    values[parameter["name"]] = tensor.requires_grad_(parameter["trainable"])
    offset += size
adam = task["optimizer"]
optimizer = torch.optim.AdamW(
    [value for value in values.values() if value.requires_grad],
    lr=task["learningRate"],
    betas=(adam["beta1"], adam["beta2"]),
    eps=adam["epsilon"],
    weight_decay=adam["weightDecay"],
)
ACTIVATIONS = {
    "relu": F.relu,
    "hardSwish": F.hardswish,
    "hardSigmoid": F.hardsigmoid,
    "sigmoid": torch.sigmoid,
}


def forward(image):
    out = {}
    for node in task["nodes"]:
        kind = node["kind"]
        x = out.get(node.get("input"))
        if kind == "input":
            y = image
        elif kind == "conv":
            bias = values.get(node.get("bias"))
            y = F.conv2d(x, values[node["weight"]], bias, node["stride"], node["padding"], 1, node["groups"])
        elif kind == "convTranspose":
            y = F.conv_transpose2d(x, values[node["weight"]], values.get(node.get("bias")), 2)
        elif kind == "batchNorm":
            mean, variance = values[node["runningMean"]], values[node["runningVariance"]]
            gamma, beta = values[node["gamma"]], values[node["beta"]]
            y = F.batch_norm(x, mean, variance, gamma, beta, True, node["momentum"], node["epsilon"])
        elif kind == "activation":
            if "slope" in node:
                raise SystemExit(f"hardSigmoid of slope {node['slope']} is not PyTorch's, which is 1/6")
            y = ACTIVATIONS[node["activation"]](x)
        elif kind == "maxPool":
            y = F.max_pool2d(x, node["kernel"], node["stride"], node["padding"])
        elif kind == "globalAveragePool":
            y = x.mean((2, 3), keepdim=True)
        elif kind == "upsample":
            y = F.interpolate(x, scale_factor=node["factor"], mode="nearest")
        elif kind == "add":
            y = out[node["inputs"][0]] + out[node["inputs"][1]]
        elif kind == "scaleChannels":
            y = x * out[node["scale"]]
        elif kind == "concat":
            y = torch.cat([out[name] for name in node["inputs"]], 1)
        else:
            raise SystemExit(f"no operation for {kind}")
        out[node["id"]] = y
    return out[task["outputs"]["probability"]], out[task["outputs"]["threshold"]]


def loss_of(batch, settings):
    probability, threshold = forward(batch["images"])
    positive, valid = batch["positive"] * batch["valid"], batch["valid"]
    negative = (1 - batch["positive"]) * valid
    each = F.binary_cross_entropy_with_logits(probability, batch["positive"], reduction="none")
    count = min(int(negative.sum()), int(positive.sum() * settings["negativeRatio"]))
    hardest, _ = torch.topk((each * negative).view(-1), count)
    balanced = ((each * positive).sum() + hardest.sum()) / (positive.sum() + count + settings["epsilon"])
    mask = batch["thresholdMask"]
    p, t = torch.sigmoid(probability), torch.sigmoid(threshold)
    masked = ((t - batch["threshold"]).abs() * mask).sum() / (mask.sum() + settings["epsilon"])
    binary = torch.sigmoid(settings["k"] * (p - t))
    overlap = (binary * positive).sum()
    dice = 1 - 2 * overlap / ((binary * valid).sum() + positive.sum() + settings["epsilon"])
    return (
        settings["probabilityWeight"] * balanced
        + settings["thresholdWeight"] * masked
        + settings["binaryWeight"] * dice
    )


def read(index):
    batch = {}
    n, s = task["batchSize"], task["sizePx"]
    for name, channels in [("images", 3), ("positive", 1), ("valid", 1), ("threshold", 1), ("thresholdMask", 1)]:
        raw = np.fromfile(os.path.join(folder, f"{index}-{name}.bin"), dtype=np.float32)
        batch[name] = torch.from_numpy(raw.reshape(n, channels, s, s))
    return batch


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    batch = read(int(line))
    start = time.perf_counter()
    optimizer.zero_grad()
    loss = loss_of(batch, task["loss"])
    loss.backward()
    optimizer.step()
    total = float(loss.detach())
    print(json.dumps({"ms": (time.perf_counter() - start) * 1000, "loss": total}), flush=True)
