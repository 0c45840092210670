// Last pass: the exact k-th greatest logit is known now, so each pixel's gradient is, and the hard negatives' loss can be
// summed. Negatives equal to the k-th share what is left, so their weights sum to k.
@compute @workgroup_size($(WG))
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var counts = vec2f(0.0);
  var absolute = vec2f(0.0);
  var overlap = vec2f(0.0);
  for (var part = lane; part < groups.x * groups.y; part += $(WG)u) {
    let start = part * PART;
    counts += vec2f(lossPartials[start], 0.0);
    absolute += vec2f(lossPartials[start + 3u], 0.0);
    overlap += vec2f(lossPartials[start + 5u], lossPartials[start + 6u]);
  }
  counts = sumOverGroup(counts, lane);
  absolute = sumOverGroup(absolute, lane);
  overlap = sumOverGroup(overlap, lane);
  let hard = atomicLoad(&histograms[STATE]);
  let last = findBin(2u * BINS, atomicLoad(&histograms[STATE + 4u]), lane);
  let limit = (atomicLoad(&histograms[STATE + 1u]) << 21u) | (atomicLoad(&histograms[STATE + 3u]) << 10u) | last.x;
  let share = f32(last.y) / max(f32(atomicLoad(&histograms[2u * BINS + last.x])), 1.0);
  let chosen = counts.x + f32(hard) + d.epsilon;
  let unionSize = overlap.y + counts.x + d.epsilon;

  var negatives = 0.0;
  for (var p = group.x * $(WG)u + lane; p < d.plane; p += groups.x * $(WG)u) {
    let pixel = group.y * d.plane + p;
    let flag = byteAt(flags[pixel >> 2u], pixel);
    let logit = probability[d.probabilityOffset + group.y * d.probabilityBatch + p];
    let isMasked = (flag & SHRINK_MASK) != 0u;
    let isText = isMasked && (flag & TEXT) != 0u;
    let text = select(0.0, 1.0, isText);
    var weight = text;
    if (isMasked && !isText && hard > 0u) {
      let code = codeOf(logit);
      weight = select(select(0.0, share, code == limit), 1.0, code > limit);
      negatives += weight * softplus(logit);
    }
    let probabilityHere = sigmoid(logit);
    let thresholdHere = sigmoid(threshold[d.thresholdOffset + group.y * d.thresholdBatch + p]);
    let b = sigmoid(d.k * (probabilityHere - thresholdHere));
    var ofB = 0.0;
    if (isMasked) {
      ofB = d.binaryWeight * 2.0 * (overlap.x / unionSize - text) / unionSize;
    }
    let ofDifference = ofB * d.k * b * (1.0 - b);
    let ofCrossEntropy = d.probabilityWeight * weight * (probabilityHere - text) / chosen;
    var ofAbsolute = 0.0;
    if ((flag & THRESHOLD_MASK) != 0u) {
      let wanted = d.low + (d.high - d.low) * f32(byteAt(thresholds[pixel >> 2u], pixel)) / 255.0;
      ofAbsolute = d.thresholdWeight * sign(thresholdHere - wanted) / absolute.x;
    }
    probabilityGradient[d.probabilityGradientOffset + group.y * d.probabilityGradientBatch + p] =
      ofCrossEntropy + ofDifference * probabilityHere * (1.0 - probabilityHere);
    let ofThreshold = (ofAbsolute - ofDifference) * thresholdHere * (1.0 - thresholdHere);
//@if JOINED == 1
    probabilityGradient[d.thresholdGradientOffset + group.y * d.thresholdGradientBatch + p] = ofThreshold;
//@else
    thresholdGradient[d.thresholdGradientOffset + group.y * d.thresholdGradientBatch + p] = ofThreshold;
//@end
  }
  let sum = sumOverGroup(vec2f(negatives, 0.0), lane).x;
  if (lane == 0u) {
    lossPartials[(group.y * groups.x + group.x) * PART + 7u] = sum;
  }
}
