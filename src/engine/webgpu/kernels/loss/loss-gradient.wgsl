// Last pass: the exact k-th greatest logit is known now, so each pixel's gradient is, and the hard negatives' loss can be
// summed. Negatives equal to the k-th share what is left, so their weights sum to k.
@compute @workgroup_size($(WG))
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var sums = vec4f(0.0);
  for (var part = lane; part < groups.x * groups.y; part += $(WG)u) {
    let start = part * PART;
    sums += vec4f(
      lossPartials[start],
      lossPartials[start + 3u],
      lossPartials[start + 5u],
      lossPartials[start + 6u],
    );
  }
  sums = sumOverGroup(sums, lane);
  let positives = sums.x;
  let inAbsolute = sums.y;
  let overlap = sums.z;
  let hard = atomicLoad(&histograms[STATE]);
  let last = findBin(3u * BINS, atomicLoad(&histograms[STATE + 6u]), lane);
  let limit = (atomicLoad(&histograms[STATE + 5u]) << 8u) | last.x;
  let share = f32(last.y) / max(f32(atomicLoad(&histograms[3u * BINS + last.x])), 1.0);
  let chosen = positives + f32(hard) + d.epsilon;
  let unionSize = sums.w + positives + d.epsilon;

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
      ofB = d.binaryWeight * 2.0 * (overlap / unionSize - text) / unionSize;
    }
    let ofDifference = ofB * d.k * b * (1.0 - b);
    let ofCrossEntropy = d.probabilityWeight * weight * (probabilityHere - text) / chosen;
    var ofAbsolute = 0.0;
    if ((flag & THRESHOLD_MASK) != 0u) {
      let wanted = d.low + (d.high - d.low) * f32(byteAt(thresholds[pixel >> 2u], pixel)) / 255.0;
      ofAbsolute = d.thresholdWeight * sign(thresholdHere - wanted) / inAbsolute;
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
  let sum = sumOverGroup(vec4f(negatives), lane).x;
  if (lane == 0u) {
    lossPartials[(group.y * groups.x + group.x) * PART + 7u] = sum;
  }
}
