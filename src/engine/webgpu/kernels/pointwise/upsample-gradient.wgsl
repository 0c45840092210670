// Gradient of nearest-neighbour upsampling: the sum over each square. Sizes are of the coarse map.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let plane = d.width * d.height;
  if (id.x >= plane) {
    return;
  }
  // Exact below 2^21 pixels, and much cheaper than a division of integers.
  let y = u32((f32(id.x) + 0.5) * d.inverseWidth);
  let x = id.x - y * d.width;
  let fineWidth = d.width * $(FACTOR)u;
  let start = d.gradientOffset + id.z * d.gradientBatch + id.y * plane * $(FACTOR * FACTOR)u
    + y * $(FACTOR)u * fineWidth + x * $(FACTOR)u;
  var sum = 0.0;
  for (var dy = 0u; dy < $(FACTOR)u; dy++) {
//@for dx < FACTOR
    sum += outputGradient[start + dy * fineWidth + $(dx)u];
//@end
  }
//@if ACCUMULATE == 1
  inputGradient[d.inputOffset + id.z * d.inputBatch + id.y * plane + id.x] += sum;
//@else
  inputGradient[d.inputOffset + id.z * d.inputBatch + id.y * plane + id.x] = sum;
//@end
}
