// Gradient of a bias: the sum over all pixels of all pages, one workgroup for each channel.
@compute @workgroup_size($(WG))
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var n = 0u; n < d.batch; n++) {
    let start = d.gradientOffset + n * d.gradientBatch + group.x * d.plane;
    var ofPage = 0.0;
    for (var p = lane; p < d.plane; p += $(WG)u) {
      ofPage += outputGradient[start + p];
    }
    sum += ofPage;
  }
  let total = sumOverGroup(vec4f(sum), lane).x;
  if (lane == 0u) {
    partials[group.x] = total;
  }
}
