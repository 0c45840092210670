// One optimiser move over all parameters. OPTIMIZER 0: AdamW (Loshchilov & Hutter, 2019) · 1: SGD with momentum as in
// PyTorch. DECAY_GRADIENT: weight decay is a part of the gradient, as SGD always has it. NESTEROV: SGD looks ahead.
// step: learning rate, 1 − β1^t, 1 − β2^t, batches before this one, 1 / batches.
@compute @workgroup_size($(WG))
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var scale = step[4];
//@if CLIP == 1
  var squares = 0.0;
  for (var part = lane; part < d.normParts; part += $(WG)u) {
    squares += normPartials[part];
  }
  let norm = sqrt(sumOverGroup(vec4f(squares), lane).x);
  scale *= min(1.0, d.clipNorm / (norm + 1e-6));
//@end
  let learningRate = step[0];
//@if OPTIMIZER == 0
  let firstRate = learningRate / step[1];
  let secondRate = inverseSqrt(step[2]);
//@end
  for (var i = group.x * $(WG)u + lane; i < d.count; i += groups.x * $(WG)u) {
    let weight = weights[i];
//@if DECAY_GRADIENT == 1
    let gradient = gradients[i] * scale + d.weightDecay * weight;
//@else
    let gradient = gradients[i] * scale;
//@end
//@if OPTIMIZER == 0
    let first = d.beta1 * firstMoments[i] + (1.0 - d.beta1) * gradient;
    let second = d.beta2 * secondMoments[i] + d.restOfBeta2 * gradient * gradient;
    firstMoments[i] = first;
    secondMoments[i] = second;
    let change = firstRate * first / (sqrt(second) * secondRate + d.epsilon);
//@if DECAY_GRADIENT == 1
    weights[i] = weight - change;
//@else
    weights[i] = weight * (1.0 - learningRate * d.weightDecay) - change;
//@end
//@else
    let velocity = d.momentum * firstMoments[i] + gradient;
    firstMoments[i] = velocity;
//@if NESTEROV == 1
    weights[i] = weight - learningRate * (gradient + d.momentum * velocity);
//@else
    weights[i] = weight - learningRate * velocity;
//@end
//@end
  }
}
