# Target maps of DBNet as numpy, OpenCV and pyclipper make them (Liao et al. 2020; what the original project's collate function
# computes, written anew): the contestant of `bench --suite targets`. Reads one page a line (JSON: words as lists of x, y),
# answers with the milliseconds and the sums of both maps.

import json
import sys
import time

import cv2
import numpy as np
import pyclipper

SHRINK_RATIO, LOW, HIGH = 0.4, 0.3, 0.7


def offset(points, by):
    clipper = pyclipper.PyclipperOffset()
    clipper.AddPath(points.tolist(), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    return clipper.Execute(by)


def distances(xs, ys, a, b):
    to_a = np.square(xs - a[0]) + np.square(ys - a[1])
    to_b = np.square(xs - b[0]) + np.square(ys - b[1])
    edge = np.square(a[0] - b[0]) + np.square(a[1] - b[1])
    cosine = (edge - to_a - to_b) / (2 * np.sqrt(to_a * to_b) + 1e-9)
    sine = np.nan_to_num(1 - np.square(cosine))
    found = np.sqrt(np.maximum(to_a * to_b * sine / edge, 0))
    outside = cosine < 0
    found[outside] = np.sqrt(np.minimum(to_a, to_b))[outside]
    return found


def border(canvas, points, distance, size):
    grown = offset(points, distance)
    if not grown:
        return
    outline = np.array(grown[0])
    left, top = outline.min(axis=0)
    right, bottom = outline.max(axis=0)
    width, height = right - left + 1, bottom - top + 1
    local = points - (left, top)
    xs = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
    ys = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width))
    maps = np.zeros((len(points), height, width), np.float32)
    for i in range(len(points)):
        maps[i] = np.clip(distances(xs, ys, local[i], local[(i + 1) % len(points)]) / distance, 0, 1)
    nearest = maps.min(axis=0)
    x0, x1 = max(left, 0), min(right, size - 1)
    y0, y1 = max(top, 0), min(bottom, size - 1)
    if x0 > x1 or y0 > y1:
        return
    canvas[y0 : y1 + 1, x0 : x1 + 1] = np.fmax(
        1 - nearest[y0 - top : y1 - top + 1, x0 - left : x1 - left + 1], canvas[y0 : y1 + 1, x0 : x1 + 1]
    )


def targets(words, size):
    probability = np.zeros((size, size), np.float32)
    threshold = np.zeros((size, size), np.float32)
    for word in words:
        points = np.array(word).reshape(-1, 2).astype(np.int32)
        area, length = cv2.contourArea(points), cv2.arcLength(points, True)
        if area <= 0 or length <= 0:
            continue
        distance = area * (1 - SHRINK_RATIO**2) / length
        for part in offset(points, -distance):
            cv2.fillPoly(probability, [np.array(part, np.int32)], 1.0)
        border(threshold, points, distance, size)
    return probability, threshold * (HIGH - LOW) + LOW


print(json.dumps({"version": f"numpy {np.__version__}, OpenCV {cv2.__version__}"}), flush=True)
for line in sys.stdin:
    page = json.loads(line)
    now = time.process_time if page["clock"] == "processor" else time.perf_counter
    start = now()
    probability, threshold = targets(page["words"], page["size"])
    ms = 1000 * (now() - start)
    print(json.dumps({"ms": ms, "sums": [float(probability.sum()), float(threshold.sum())]}), flush=True)
