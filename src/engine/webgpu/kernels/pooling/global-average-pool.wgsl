// Mean of each channel of each page; with PRODUCT the sum of products of two tensors instead (the gradient of a scale).
@compute @workgroup_size($(WG))
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = d.inputOffset + group.y * d.inputBatch + group.x * d.plane;
//@if PRODUCT == 1
  let otherStart = d.otherOffset + group.y * d.otherBatch + group.x * d.plane;
//@end
  var sum = 0.0;
  for (var p = lane; p < d.plane; p += $(WG)u) {
//@if PRODUCT == 1
    sum += input[start + p] * other[otherStart + p];
//@else
    sum += input[start + p];
//@end
  }
  let total = sumOverGroup(vec4f(sum), lane).x * d.factor;
  if (lane == 0u) {
    let to = d.outputOffset + group.y * d.outputBatch + group.x;
//@if ACCUMULATE == 1
    output[to] += total;
//@else
    output[to] = total;
//@end
  }
}
