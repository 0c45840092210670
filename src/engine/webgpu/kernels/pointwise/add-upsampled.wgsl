// Sum of a map and a coarser one, enlarged by repeating its pixels.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let plane = d.width * d.height;
  if (id.x >= plane) {
    return;
  }
  let pixel = id.y * plane + id.x;
//@if FACTOR == 1
  let coarsePixel = pixel;
//@else
  let coarseWidth = d.width / $(FACTOR)u;
  let coarsePlane = plane / $(FACTOR * FACTOR)u;
  // Exact below 2^21 pixels, and much cheaper than a division of integers.
  let y = u32((f32(id.x) + 0.5) * d.inverseWidth);
  let x = id.x - y * d.width;
  let coarsePixel = id.y * coarsePlane + y / $(FACTOR)u * coarseWidth + x / $(FACTOR)u;
//@end
  output[d.outputOffset + id.z * d.outputBatch + pixel] =
    base[d.baseOffset + id.z * d.baseBatch + pixel] + coarse[d.coarseOffset + id.z * d.coarseBatch + coarsePixel];
}
