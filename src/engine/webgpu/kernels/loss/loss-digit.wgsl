// Second and third pass: settles one digit of the k-th greatest logit and counts the next digit of those that share it.
var<workgroup> bins: array<atomic<u32>, 2048>;

@compute @workgroup_size($(WG))
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var bin = lane; bin < BINS; bin += $(WG)u) {
    atomicStore(&bins[bin], 0u);
  }
//@if DIGIT == 2
  var sums = vec2f(0.0);
  for (var part = lane; part < groups.x * groups.y; part += $(WG)u) {
    sums += vec2f(lossPartials[part * PART], lossPartials[part * PART + 1u]);
  }
  sums = sumOverGroup(sums, lane);
  let hard = u32(min(sums.y, floor(d.negativeRatio * sums.x)));
  let digit = findBin(0u, max(hard, 1u), lane);
  if (group.x + group.y + lane == 0u) {
    atomicStore(&histograms[STATE], hard);
    atomicStore(&histograms[STATE + 1u], digit.x);
    atomicStore(&histograms[STATE + 2u], digit.y);
  }
  let prefix = digit.x;
//@else
  let before = atomicLoad(&histograms[STATE + 1u]);
  let digit = findBin(BINS, atomicLoad(&histograms[STATE + 2u]), lane);
  if (group.x + group.y + lane == 0u) {
    atomicStore(&histograms[STATE + 3u], digit.x);
    atomicStore(&histograms[STATE + 4u], digit.y);
  }
  let prefix = (before << 11u) | digit.x;
//@end
  for (var p = group.x * $(WG)u + lane; p < d.plane; p += groups.x * $(WG)u) {
    let pixel = group.y * d.plane + p;
    let flag = byteAt(flags[pixel >> 2u], pixel);
    if ((flag & (TEXT | SHRINK_MASK)) == SHRINK_MASK) {
      let code = codeOf(probability[d.probabilityOffset + group.y * d.probabilityBatch + p]);
//@if DIGIT == 2
      if (code >> 21u == prefix) {
        atomicAdd(&bins[(code >> 10u) & 2047u], 1u);
      }
//@else
      if (code >> 10u == prefix) {
        atomicAdd(&bins[code & 1023u], 1u);
      }
//@end
    }
  }
  workgroupBarrier();
  for (var bin = lane; bin < BINS; bin += $(WG)u) {
    let count = atomicLoad(&bins[bin]);
    if (count > 0u) {
      atomicAdd(&histograms[$(DIGIT - 1)u * BINS + bin], count);
    }
  }
}
