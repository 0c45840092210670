// What a convolution does to its sum before it is stored: bias, batch norm with running statistics, activation. The first
// two are one factor and one summand for each channel.
fn epilogueOf(channel: u32) -> vec2f {
//@if HAS_NORM == 1
  let factor = gamma[channel] * inverseSqrt(runningVariance[channel] + d.epsilon);
//@if HAS_BIAS == 1
  return vec2f(factor, (bias[channel] - runningMean[channel]) * factor + beta[channel]);
//@else
  return vec2f(factor, beta[channel] - runningMean[channel] * factor);
//@end
//@else
//@if HAS_BIAS == 1
  return vec2f(1.0, bias[channel]);
//@else
  return vec2f(1.0, 0.0);
//@end
//@end
}

fn finish(sum: f32, epilogue: vec2f) -> f32 {
//@if HAS_NORM == 1
  return activate(sum * epilogue.x + epilogue.y);
//@else
//@if HAS_BIAS == 1
  return activate(sum + epilogue.y);
//@else
  return activate(sum);
//@end
//@end
}
