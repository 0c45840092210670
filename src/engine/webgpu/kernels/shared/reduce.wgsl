// Sums over a workgroup of WG threads, in a fixed order, with two barriers: every thread adds up all values itself, which
// costs less than the barriers of a tree, above all on a processor, where a barrier switches between threads.
var<workgroup> shelf: array<vec4f, $(WG)>;

fn sumOverGroup(value: vec4f, lane: u32) -> vec4f {
  workgroupBarrier();
  shelf[lane] = value;
  workgroupBarrier();
  var sum = vec4f(0.0);
  for (var i = 0u; i < $(WG)u; i++) {
    sum += shelf[i];
  }
  return sum;
}
