// A list of kernel calls as pipelines and bind groups, all made before the first step. Encoding a program creates nothing.

import { type KernelCall, shaderText, uniformWords } from "./kernel.ts";
import type { Resources } from "./resources.ts";

interface Dispatch {
  readonly kernel: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

export interface Program {
  readonly dispatches: readonly Dispatch[];
}

/** What an adapter promises at least for the offset of a bound uniform. */
const UNIFORM_ALIGNMENT_WORDS = 64;

/** What was compiled on a device, by shader text and by kinds of bindings. */
interface Compiled {
  readonly pipelines: Map<string, Promise<GPUComputePipeline>>;
  readonly layouts: Map<string, GPUBindGroupLayout>;
}

const compiledOn = new WeakMap<GPUDevice, Compiled>();

/** Compiles every shader text once for each device, whichever programs and engines use it: another run starts at once. */
export class Compiler {
  private readonly device: GPUDevice;
  private readonly pipelines: Compiled["pipelines"];
  private readonly layouts: Compiled["layouts"];

  constructor(device: GPUDevice) {
    this.device = device;
    const known = compiledOn.get(device) ?? { pipelines: new Map(), layouts: new Map() };
    compiledOn.set(device, known);
    this.pipelines = known.pipelines;
    this.layouts = known.layouts;
  }

  /** How many of the calls' shaders are not compiled yet. */
  newShaders(calls: readonly KernelCall[]): number {
    return new Set(calls.map(shaderText).filter((text) => !this.pipelines.has(text))).size;
  }

  /** `onShader` is called once for each shader that this program is the first to need. */
  async program(
    name: string,
    calls: readonly KernelCall[],
    resources: Resources,
    onShader: () => void = () => undefined,
  ): Promise<Program> {
    const uniforms = this.uniforms(name, calls, resources);
    const dispatches = await Promise.all(
      calls.map(async (call, index): Promise<Dispatch> => {
        const pipeline = await this.pipeline(call, onShader);
        return {
          kernel: call.kernel,
          pipeline,
          bindGroup: this.bindGroup(call, resources, uniforms[index]),
          workgroups: call.workgroups,
        };
      }),
    );
    return { dispatches };
  }

  private pipeline(call: KernelCall, onShader: () => void): Promise<GPUComputePipeline> {
    const code = shaderText(call);
    const known = this.pipelines.get(code);
    if (known !== undefined) return known;
    const pipeline = this.device
      .createComputePipelineAsync({
        label: call.kernel,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [this.layout(call)] }),
        compute: { module: this.device.createShaderModule({ label: call.kernel, code }), entryPoint: "main" },
      })
      .then((made) => {
        onShader();
        return made;
      });
    this.pipelines.set(code, pipeline);
    // What failed once may be tried again.
    pipeline.catch(() => this.pipelines.delete(code));
    return pipeline;
  }

  /** One buffer for the sizes of all calls of a program. */
  private uniforms(
    name: string,
    calls: readonly KernelCall[],
    resources: Resources,
  ): readonly (GPUBufferBinding | undefined)[] {
    const perCall = calls.map(uniformWords);
    const slots = perCall.map((words) => Math.ceil(words.length / UNIFORM_ALIGNMENT_WORDS));
    const total = slots.reduce((sum, count) => sum + count, 0) * UNIFORM_ALIGNMENT_WORDS;
    const buffer = resources.create(
      `sizes of ${name}`,
      total,
      GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    );
    const all = new Uint32Array(total);
    let offset = 0;
    const bindings = perCall.map((words, index): GPUBufferBinding | undefined => {
      if (words.length === 0) return undefined;
      all.set(words, offset);
      const binding = { buffer, offset: offset * 4, size: words.length * 4 };
      offset += (slots[index] ?? 0) * UNIFORM_ALIGNMENT_WORDS;
      return binding;
    });
    this.device.queue.writeBuffer(buffer, 0, all);
    return bindings;
  }

  private bindGroup(
    call: KernelCall,
    resources: Resources,
    uniform: GPUBufferBinding | undefined,
  ): GPUBindGroup {
    const storage = Object.values(call.bindings).map(({ buffer }) => resources.bindingOf(buffer));
    const all = uniform === undefined ? storage : [uniform, ...storage];
    const entries = all.map((resource, binding) => ({ binding, resource }));
    return this.device.createBindGroup({ label: call.kernel, layout: this.layout(call), entries });
  }

  /** Explicit, because an automatic layout drops what one variant of a shader happens not to use. */
  private layout(call: KernelCall): GPUBindGroupLayout {
    const types: GPUBufferBindingType[] = Object.values(call.bindings).map(({ access }) =>
      access === "read" ? "read-only-storage" : "storage",
    );
    const hasUniform = uniformWords(call).length > 0;
    const all: GPUBufferBindingType[] = hasUniform ? ["uniform", ...types] : types;
    const key = all.join();
    const known = this.layouts.get(key);
    if (known !== undefined) return known;
    const entries = all.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    }));
    const layout = this.device.createBindGroupLayout({ label: key, entries });
    this.layouts.set(key, layout);
    return layout;
  }
}

/** Encodes all dispatches of a program. */
export function encode(pass: GPUComputePassEncoder, program: Program): void {
  let last: GPUComputePipeline | undefined;
  for (const { pipeline, bindGroup, workgroups } of program.dispatches) {
    if (pipeline !== last) pass.setPipeline(pipeline);
    last = pipeline;
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...workgroups);
  }
}
