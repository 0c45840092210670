// The fastest 512³ matrix product that a handful of kernels reach on this adapter: the yardstick for whole steps.

const SIDE = 512;
const ROUNDS = 4;

interface Variant {
  readonly rows: number;
  readonly columns: number;
  readonly unroll: number;
}

/** Register tiles; neighbouring threads take neighbouring columns. */
const VARIANTS: readonly Variant[] = [
  { rows: 4, columns: 4, unroll: 4 },
  { rows: 8, columns: 4, unroll: 4 },
  { rows: 4, columns: 8, unroll: 4 },
  { rows: 8, columns: 8, unroll: 1 },
  { rows: 8, columns: 8, unroll: 4 },
];

/** GFLOP/s of the best variant at its best. */
export async function bestMatmul(device: GPUDevice): Promise<number> {
  const usage = GPUBufferUsage.STORAGE;
  const buffers = [0, 1, 2].map(() => device.createBuffer({ size: SIDE * SIDE * 4, usage }));
  const seconds: number[] = [];
  for (const variant of VARIANTS) {
    const module = device.createShaderModule({ code: shader(variant) });
    const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    for (let round = 0; round < ROUNDS; round++) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(SIDE / (64 * variant.columns) || 1, SIDE / variant.rows);
      pass.end();
      const start = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      seconds.push((performance.now() - start) / 1000);
    }
  }
  for (const buffer of buffers) buffer.destroy();
  return (2 * SIDE ** 3) / Math.min(...seconds) / 1e9;
}

function shader({ rows, columns, unroll }: Variant): string {
  const all = (count: number, text: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => text(i)).join("\n");
  const products = (r: number, c: number): string =>
    Array.from({ length: unroll }, (_, u) => `a${r}_${u} * b${c}_${u}`).join(" + ");
  return `
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> product: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * ${64 * columns}u + lane;
  let row = group.y * ${rows}u;
  ${all(rows * columns, (i) => `var sum${Math.floor(i / columns)}_${i % columns} = 0.0;`)}
  for (var k = 0u; k < ${SIDE}u; k += ${unroll}u) {
    ${all(rows * unroll, (i) => `let a${Math.floor(i / unroll)}_${i % unroll} = a[(row + ${Math.floor(i / unroll)}u) * ${SIDE}u + k + ${i % unroll}u];`)}
    ${all(columns * unroll, (i) => `let b${Math.floor(i / unroll)}_${i % unroll} = b[(k + ${i % unroll}u) * ${SIDE}u + column + ${Math.floor(i / unroll) * 64}u];`)}
    ${all(rows * columns, (i) => `sum${Math.floor(i / columns)}_${i % columns} += ${products(Math.floor(i / columns), i % columns)};`)}
  }
  ${all(rows * columns, (i) => `product[(row + ${Math.floor(i / columns)}u) * ${SIDE}u + column + ${(i % columns) * 64}u] = sum${Math.floor(i / columns)}_${i % columns};`)}
}`;
}
