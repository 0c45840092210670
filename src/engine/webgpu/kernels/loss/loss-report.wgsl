// The loss in numbers, for reading back: total, probability, threshold, binary, global gradient norm before clipping.
@compute @workgroup_size($(WG))
fn main(@builtin(local_invocation_index) lane: u32) {
  var counts = vec2f(0.0);
  var crossEntropy = vec2f(0.0);
  var absolute = vec2f(0.0);
  var overlap = vec2f(0.0);
  for (var part = lane; part < d.parts; part += $(WG)u) {
    let start = part * PART;
    counts += vec2f(lossPartials[start], 0.0);
    crossEntropy += vec2f(lossPartials[start + 2u], lossPartials[start + 7u]);
    absolute += vec2f(lossPartials[start + 3u], lossPartials[start + 4u]);
    overlap += vec2f(lossPartials[start + 5u], lossPartials[start + 6u]);
  }
  counts = sumOverGroup(counts, lane);
  crossEntropy = sumOverGroup(crossEntropy, lane);
  absolute = sumOverGroup(absolute, lane);
  overlap = sumOverGroup(overlap, lane);
  var squares = 0.0;
  for (var part = lane; part < d.normParts; part += $(WG)u) {
    squares += normPartials[part];
  }
  squares = sumOverGroup(vec2f(squares, 0.0), lane).x;
  if (lane != 0u) {
    return;
  }
  let hard = f32(histograms[STATE]);
  let ofProbability = (crossEntropy.x + crossEntropy.y) / (counts.x + hard + d.epsilon);
  let ofThreshold = select(absolute.y / max(absolute.x, 1.0), 0.0, absolute.x == 0.0);
  let ofBinary = 1.0 - 2.0 * overlap.x / (overlap.y + counts.x + d.epsilon);
  report[0] = d.probabilityWeight * ofProbability + d.thresholdWeight * ofThreshold + d.binaryWeight * ofBinary;
  report[1] = ofProbability;
  report[2] = ofThreshold;
  report[3] = ofBinary;
  report[4] = sqrt(squares);
}
