// The loss in numbers, for reading back: total, probability, threshold, binary, global gradient norm before clipping.
@compute @workgroup_size($(WG))
fn main(@builtin(local_invocation_index) lane: u32) {
  // positives, their cross entropy, that of hard negatives, squares of the gradient
  var first = vec4f(0.0);
  // pixels in the threshold mask, their error, overlap, prediction
  var second = vec4f(0.0);
  for (var part = lane; part < d.parts; part += $(WG)u) {
    let start = part * PART;
    first += vec4f(lossPartials[start], lossPartials[start + 2u], lossPartials[start + 7u], 0.0);
    second += vec4f(
      lossPartials[start + 3u],
      lossPartials[start + 4u],
      lossPartials[start + 5u],
      lossPartials[start + 6u],
    );
  }
  for (var part = lane; part < d.normParts; part += $(WG)u) {
    first.w += normPartials[part];
  }
  first = sumOverGroup(first, lane);
  second = sumOverGroup(second, lane);
  if (lane != 0u) {
    return;
  }
  let hard = f32(histograms[STATE]);
  let ofProbability = (first.y + first.z) / (first.x + hard + d.epsilon);
  let ofThreshold = select(second.y / max(second.x, 1.0), 0.0, second.x == 0.0);
  let ofBinary = 1.0 - 2.0 * second.z / (second.w + first.x + d.epsilon);
  report[0] = d.probabilityWeight * ofProbability + d.thresholdWeight * ofThreshold + d.binaryWeight * ofBinary;
  report[1] = ofProbability;
  report[2] = ofThreshold;
  report[3] = ofBinary;
  report[4] = sqrt(first.w);
}
