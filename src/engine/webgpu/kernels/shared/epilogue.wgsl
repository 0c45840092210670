// What a convolution does to its sum before it is stored: bias, batch norm with running statistics, activation.
fn finish(sum: f32, channel: u32) -> f32 {
  var value = sum;
//@if HAS_BIAS == 1
  value += bias[channel];
//@end
//@if HAS_NORM == 1
  let scale = gamma[channel] * inverseSqrt(runningVariance[channel] + d.epsilon);
  value = (value - runningMean[channel]) * scale + beta[channel];
//@end
  return activate(value);
}
