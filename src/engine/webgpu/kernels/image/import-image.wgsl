// RGBX bytes, four to a word, to three normalised planes.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let color = unpack4x8unorm(images[id.y * d.plane + id.x]);
  let to = d.outputOffset + id.y * d.outputBatch + id.x;
  output[to] = (color.x - d.mean0) * d.scale0;
  output[to + d.plane] = (color.y - d.mean1) * d.scale1;
  output[to + 2u * d.plane] = (color.z - d.mean2) * d.scale2;
}
