// Activations and their slopes; ACTIVATION: 0 none, 1 relu, 2 sigmoid, 3 hardSigmoid (d.slope), 4 hardSwish.
fn activate(x: f32) -> f32 {
//@if ACTIVATION == 0
  return x;
//@end
//@if ACTIVATION == 1
  return max(x, 0.0);
//@end
//@if ACTIVATION == 2
  return 1.0 / (1.0 + exp(-x));
//@end
//@if ACTIVATION == 3
  return clamp(d.slope * x + 0.5, 0.0, 1.0);
//@end
//@if ACTIVATION == 4
  return x * clamp(x + 3.0, 0.0, 6.0) * (1.0 / 6.0);
//@end
}

// Of the input.
fn slopeAt(x: f32) -> f32 {
//@if ACTIVATION == 0
  return 1.0;
//@end
//@if ACTIVATION == 1
  return select(0.0, 1.0, x > 0.0);
//@end
//@if ACTIVATION == 2
  let y = activate(x);
  return y * (1.0 - y);
//@end
//@if ACTIVATION == 3
  let y = d.slope * x + 0.5;
  return select(0.0, d.slope, y > 0.0 && y < 1.0);
//@end
//@if ACTIVATION == 4
  return select(select(x * (1.0 / 3.0) + 0.5, 1.0, x >= 3.0), 0.0, x <= -3.0);
//@end
}

// Of what the plan keeps: the output, for hardSwish the input.
fn slopeFromSaved(saved: f32) -> f32 {
//@if ACTIVATION == 0
  return 1.0;
//@end
//@if ACTIVATION == 1
  return select(0.0, 1.0, saved > 0.0);
//@end
//@if ACTIVATION == 2
  return saved * (1.0 - saved);
//@end
//@if ACTIVATION == 3
  return select(0.0, d.slope, saved > 0.0 && saved < 1.0);
//@end
//@if ACTIVATION == 4
  return slopeAt(saved);
//@end
}
