// Batch norm with the batch's statistics and the activation after it; one workgroup for each channel.
// Mean first, then squared deviations from it: a large mean costs no digits.
@compute @workgroup_size($(WG))
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel = group.x;
  let plane = d.plane;
  let count = f32(d.batch * plane);
  var sum = 0.0;
  for (var n = 0u; n < d.batch; n++) {
    let start = d.inputOffset + n * d.inputBatch + channel * plane;
    // Page by page, so that a long sum keeps its digits where few threads share it.
    var ofPage = 0.0;
    for (var p = lane; p < plane; p += $(4 * WG)u) {
      ofPage = ofPage + input[start + p]
//@for k < 3
        + select(0.0, input[start + p + $((k + 1) * WG)$u], p + $((k + 1) * WG)$u < plane)
//@end
      ;
    }
    sum += ofPage;
  }
  let mean = sumOverGroup(vec4f(sum), lane).x / count;
  var squares = 0.0;
  for (var n = 0u; n < d.batch; n++) {
    let start = d.inputOffset + n * d.inputBatch + channel * plane;
    var ofPage = 0.0;
    for (var p = lane; p < plane; p += $(4 * WG)u) {
//@for k < 4
      let centred$k = select(0.0, input[start + p + $(k * WG)u] - mean, p + $(k * WG)u < plane);
//@end
      ofPage = ofPage + centred0 * centred0 + centred1 * centred1 + centred2 * centred2 + centred3 * centred3;
    }
    squares += ofPage;
  }
  let squared = sumOverGroup(vec4f(squares), lane).x;
  let inverse = inverseSqrt(squared / count + d.epsilon);
  if (lane == 0u) {
    saved[d.savedOffset + channel] = mean;
    saved[d.savedOffset + d.channels + channel] = inverse;
    // PyTorch keeps the unbiased variance.
    let unbiased = squared / max(count - 1.0, 1.0);
    runningMean[channel] += d.momentum * (mean - runningMean[channel]);
    runningVariance[channel] += d.momentum * (unbiased - runningVariance[channel]);
  }
  let scale = gamma[channel] * inverse;
  let shift = beta[channel];
  for (var n = 0u; n < d.batch; n++) {
    let start = d.inputOffset + n * d.inputBatch + channel * plane;
    let to = d.outputOffset + n * d.outputBatch + channel * plane;
    for (var p = lane; p < plane; p += $(4 * WG)u) {
//@for k < 4
      if (p + $(k * WG)u < plane) {
        output[to + p + $(k * WG)u] = activate((input[start + p + $(k * WG)u] - mean) * scale + shift);
      }
//@end
    }
  }
}
