// An activation by itself.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let x = input[d.inputOffset + id.z * d.inputBatch + id.y * d.plane + id.x];
  output[d.outputOffset + id.z * d.outputBatch + id.y * d.plane + id.x] = activate(x);
}
