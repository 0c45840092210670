// One move of a running average towards the values; step[5] is the share of the new ones.
@compute @workgroup_size($(WG))
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < d.count; i += groups.x * $(WG)u) {
    average[i] += step[5] * (values[i] - average[i]);
  }
}
