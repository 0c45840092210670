// Adds up the partial gradients of every parameter, in order, on top of those of earlier batches where the optimiser has
// not moved yet, and sums the squares for the global norm.
@compute @workgroup_size($(GROUP))
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let isFirst = step[3] == 0.0;
  let share = step[4];
  var squares = 0.0;
  for (var i = id.x; i < d.count; i += groups.x * $(GROUP)u) {
    let row = (i / $(BLOCK)u) * $(TABLE)u;
    let start = partialTable[row] + i % $(BLOCK)u;
    let stride = partialTable[row + 1u];
    let copies = partialTable[row + 2u];
    var sum = 0.0;
    for (var copy = 0u; copy < copies; copy++) {
      sum += partials[start + copy * stride];
    }
    sum = select(gradients[i] + sum, sum, isFirst);
    gradients[i] = sum;
    squares += sum * sum * share * share;
  }
  normPartials[id.x] = squares;
}
