// Gradient of an activation, from what the plan keeps of it.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let pixel = id.y * d.plane + id.x;
  let slope = slopeFromSaved(saved[d.savedOffset + id.z * d.savedBatch + pixel]);
  let result = slope * outputGradient[d.gradientOffset + id.z * d.gradientBatch + pixel];
//@if ACCUMULATE == 1
  inputGradient[d.inputOffset + id.z * d.inputBatch + pixel] += result;
//@else
  inputGradient[d.inputOffset + id.z * d.inputBatch + pixel] = result;
//@end
}
