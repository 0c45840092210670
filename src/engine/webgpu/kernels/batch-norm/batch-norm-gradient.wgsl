// Gradient of batch norm with its activation; one workgroup for each channel. The sums over the batch are the gradients
// of beta and gamma, and the input's gradient needs them, unless RUNNING statistics make mean and deviation constants.
@compute @workgroup_size($(WG))
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel = group.x;
  let plane = d.plane;
//@if RUNNING == 1
  let mean = runningMean[channel];
  let inverse = inverseSqrt(runningVariance[channel] + d.epsilon);
//@else
  let mean = saved[d.savedOffset + channel];
  let inverse = saved[d.savedOffset + d.channels + channel];
//@end
  let scale = gamma[channel];
  let shift = beta[channel];
  var sums = vec2f(0.0);
  for (var n = 0u; n < d.batch; n++) {
    let start = d.inputOffset + n * d.inputBatch + channel * plane;
    let gradientStart = d.gradientOffset + n * d.gradientBatch + channel * plane;
    // Page by page, so that a long sum keeps its digits where few threads share it.
    var ofPage = vec2f(0.0);
    for (var p = lane; p < plane; p += $(4 * WG)u) {
//@for k < 4
      let unit$k = (input[start + p + $(k * WG)u] - mean) * inverse;
      let inner$k = select(
        0.0,
        outputGradient[gradientStart + p + $(k * WG)u] * slopeAt(unit$k * scale + shift),
        p + $(k * WG)u < plane,
      );
//@end
      ofPage += vec2f(
        inner0 + inner1 + inner2 + inner3,
        inner0 * unit0 + inner1 * unit1 + inner2 * unit2 + inner3 * unit3,
      );
    }
    sums += ofPage;
  }
  sums = sumOverGroup(vec4f(sums, sums), lane).xy;
  if (lane == 0u) {
//@if HAS_BETA_GRADIENT == 1
    partials[d.betaPartial + channel] = sums.x;
//@end
//@if HAS_GAMMA_GRADIENT == 1
    partials[d.gammaPartial + channel] = sums.y;
//@end
  }
//@if RUNNING == 1
  let means = vec2f(0.0);
//@else
  let means = sums / f32(d.batch * plane);
//@end
  for (var n = 0u; n < d.batch; n++) {
    let start = d.inputOffset + n * d.inputBatch + channel * plane;
    let gradientStart = d.gradientOffset + n * d.gradientBatch + channel * plane;
    let to = d.inputGradientOffset + n * d.inputGradientBatch + channel * plane;
    for (var p = lane; p < plane; p += $(WG)u) {
      let unit = (input[start + p] - mean) * inverse;
      let inner = outputGradient[gradientStart + p] * slopeAt(unit * scale + shift);
      let result = scale * inverse * (inner - means.x - unit * means.y);
//@if ACCUMULATE == 1
      inputGradient[to + p] += result;
//@else
      inputGradient[to + p] = result;
//@end
    }
  }
}
