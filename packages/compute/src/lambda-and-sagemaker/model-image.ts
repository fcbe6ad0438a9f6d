import { Problem } from "@letsdata/plugin-kit/problems";

/** AWS's account for its deep learning containers, the same in every region of ours. */
const registryAccount = "763104351884";

/**
 * Hugging Face's inference containers by version of transformers: version of PyTorch, Python and, for processors and for GPUs, what they
 * are built on. https://aws.github.io/deep-learning-containers/reference/available_images/
 */
const huggingFace: Readonly<Record<string, { readonly pytorch: string; readonly cpu: string; readonly gpu: string }>> =
  {
    "4.12.3": { pytorch: "1.9.1", cpu: "cpu-py38-ubuntu20.04", gpu: "gpu-py38-cu111-ubuntu20.04" },
    "4.17.0": { pytorch: "1.10.2", cpu: "cpu-py38-ubuntu20.04", gpu: "gpu-py38-cu113-ubuntu20.04" },
    "4.26.0": { pytorch: "1.13.1", cpu: "cpu-py39-ubuntu20.04", gpu: "gpu-py39-cu117-ubuntu20.04" },
    "4.28.1": { pytorch: "2.0.0", cpu: "cpu-py310-ubuntu20.04", gpu: "gpu-py310-cu118-ubuntu20.04" },
    "4.37.0": { pytorch: "2.1.0", cpu: "cpu-py310-ubuntu22.04", gpu: "gpu-py310-cu118-ubuntu20.04" },
    "4.49.0": { pytorch: "2.6.0", cpu: "cpu-py312-ubuntu22.04", gpu: "gpu-py312-cu124-ubuntu22.04" },
  };

const path = "computeEngine.model.modelContainerImageName";

/**
 * The image behind `modelContainerImageName`: a path is itself, `HuggingFace_Inference_4_12_3` the container of that version. Serverless
 * endpoints (`instanceType` null) have processors only. Throws Problem CONFIG_INVALID for a name that stands for none.
 */
export function modelImage(name: string, region: string, instanceType: string | null): string {
  if (name.includes("/")) return name;
  const [framework, version] = name.split("_Inference_");
  const known = framework === "HuggingFace" ? huggingFace[(version ?? "").replaceAll("_", ".")] : undefined;
  if (known) {
    const hasGpu = instanceType !== null && /^ml\.[gp]\d/.test(instanceType);
    const tag = `${known.pytorch}-transformers${version?.replaceAll("_", ".")}-${hasGpu ? known.gpu : known.cpu}`;
    return `${registryAccount}.dkr.ecr.${region}.amazonaws.com/huggingface-pytorch-inference:${tag}`;
  }
  const names = Object.keys(huggingFace).map((one) => `HuggingFace_Inference_${one.replaceAll(".", "_")}`);
  const message = `${name} is no container LetsData knows the image of.`;
  const fix = `Name the image itself (<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>), or one of ${names.join(", ")}.`;
  throw new Problem("CONFIG_INVALID", message, { path, errors: [{ path, code: "CONFIG_INVALID", message, fix }] });
}
