// Nearest neighbour: each pixel becomes a square of FACTOR pixels.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let plane = d.width * d.height;
  if (id.x >= plane) {
    return;
  }
  let coarseWidth = d.width / $(FACTOR)u;
  // Exact below 2^21 pixels, and much cheaper than a division of integers.
  let y = u32((f32(id.x) + 0.5) * d.inverseWidth);
  let x = id.x - y * d.width;
  let start = id.y * (plane / $(FACTOR * FACTOR)u) + y / $(FACTOR)u * coarseWidth + x / $(FACTOR)u;
  output[d.outputOffset + id.z * d.outputBatch + id.y * plane + id.x] = input[d.inputOffset + id.z * d.inputBatch + start];
}
