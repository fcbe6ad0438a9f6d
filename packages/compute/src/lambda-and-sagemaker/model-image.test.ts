import { expect, test } from "vitest";
import { modelImage } from "./model-image.ts";

test("a container's name stands for AWS's image in the region, for GPUs where the instance has them", () => {
  const image = (instanceType: string | null) => modelImage("HuggingFace_Inference_4_12_3", "eu-west-1", instanceType);
  const repository = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/huggingface-pytorch-inference";
  expect(image(null)).toBe(`${repository}:1.9.1-transformers4.12.3-cpu-py38-ubuntu20.04`);
  expect(image("ml.m5.xlarge")).toBe(image(null));
  expect(image("ml.g4dn.xlarge")).toBe(`${repository}:1.9.1-transformers4.12.3-gpu-py38-cu111-ubuntu20.04`);
});

test("an image's path is taken as it is, and a name that stands for none is told with those that do", () => {
  const path = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/minilm:7";
  expect(modelImage(path, "us-east-1", null)).toBe(path);
  expect(() => modelImage("Sklearn_Inference_1_0", "us-east-1", null)).toThrow(
    expect.objectContaining({
      code: "CONFIG_INVALID",
      errors: [expect.objectContaining({ fix: expect.stringContaining("HuggingFace_Inference_4_49_0") })],
    }),
  );
});
