// First pass: counts and sums of all three parts of the loss, and a histogram of the first digit of the negatives' logits.
var<workgroup> bins: array<atomic<u32>, 256>;

@compute @workgroup_size($(WG))
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var bin = lane; bin < BINS; bin += $(WG)u) {
    atomicStore(&bins[bin], 0u);
  }
  workgroupBarrier();
  var counts = vec2f(0.0);
  var crossEntropy = 0.0;
  var absolute = vec2f(0.0);
  var overlap = vec2f(0.0);
  for (var p = group.x * $(WG)u + lane; p < d.plane; p += groups.x * $(WG)u) {
    let pixel = group.y * d.plane + p;
    let flag = byteAt(flags[pixel >> 2u], pixel);
    let logit = probability[d.probabilityOffset + group.y * d.probabilityBatch + p];
    let t = sigmoid(threshold[d.thresholdOffset + group.y * d.thresholdBatch + p]);
    let isMasked = (flag & SHRINK_MASK) != 0u;
    let isText = isMasked && (flag & TEXT) != 0u;
    let b = sigmoid(d.k * (sigmoid(logit) - t));
    if (isText) {
      counts.x += 1.0;
      crossEntropy += softplus(-logit);
      overlap.x += b;
    } else if (isMasked) {
      counts.y += 1.0;
      atomicAdd(&bins[codeOf(logit) >> 24u], 1u);
    }
    overlap.y += select(0.0, b, isMasked);
    if ((flag & THRESHOLD_MASK) != 0u) {
      let wanted = d.low + (d.high - d.low) * f32(byteAt(thresholds[pixel >> 2u], pixel)) / 255.0;
      absolute += vec2f(1.0, abs(t - wanted));
    }
  }
  let first = sumOverGroup(vec4f(counts, crossEntropy, absolute.x), lane);
  let second = sumOverGroup(vec4f(absolute.y, overlap, 0.0), lane);
  if (lane == 0u) {
    let to = (group.y * groups.x + group.x) * PART;
    lossPartials[to] = first.x;
    lossPartials[to + 1u] = first.y;
    lossPartials[to + 2u] = first.z;
    lossPartials[to + 3u] = first.w;
    lossPartials[to + 4u] = second.x;
    lossPartials[to + 5u] = second.y;
    lossPartials[to + 6u] = second.z;
  }
  workgroupBarrier();
  for (var bin = lane; bin < BINS; bin += $(WG)u) {
    let count = atomicLoad(&bins[bin]);
    if (count > 0u) {
      atomicAdd(&histograms[bin], count);
    }
  }
}
