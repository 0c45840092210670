// RGBX bytes, four to a word, to three planes of (byte − mean)·scale: a difference and a product, rounded alike on every device.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let color = unpack4xU8(images[id.y * d.plane + id.x]);
  let to = d.outputOffset + id.y * d.outputBatch + id.x;
  output[to] = (f32(color.x) - d.mean0) * d.scale0;
  output[to + d.plane] = (f32(color.y) - d.mean1) * d.scale1;
  output[to + 2u * d.plane] = (f32(color.z) - d.mean2) * d.scale2;
}
