// Batch norm with running statistics and its activation, where no convolution could take it along.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let channel = id.y;
  let scale = gamma[channel] * inverseSqrt(runningVariance[channel] + d.epsilon);
  let x = input[d.inputOffset + id.z * d.inputBatch + channel * d.plane + id.x];
  let y = activate((x - runningMean[channel]) * scale + beta[channel]);
  output[d.outputOffset + id.z * d.outputBatch + channel * d.plane + id.x] = y;
}
