// Each channel times its own number (squeeze-excite); also the input gradient of that, where ACCUMULATE may add.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let pixel = id.y * d.plane + id.x;
  let factor = scale[d.scaleOffset + id.z * d.scaleBatch + id.y];
  let result = factor * input[d.inputOffset + id.z * d.inputBatch + pixel];
//@if ACCUMULATE == 1
  output[d.outputOffset + id.z * d.outputBatch + pixel] += result;
//@else
  output[d.outputOffset + id.z * d.outputBatch + pixel] = result;
//@end
}
