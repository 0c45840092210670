// Copies a tensor, or adds it to another.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let pixel = id.y * d.plane + id.x;
  let value = input[d.inputOffset + id.z * d.inputBatch + pixel];
//@if ACCUMULATE == 1
  output[d.outputOffset + id.z * d.outputBatch + pixel] += value;
//@else
  output[d.outputOffset + id.z * d.outputBatch + pixel] = value;
//@end
}
