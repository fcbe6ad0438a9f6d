import { describe, expect } from "vitest";
import { describeDatasetForm, type FormField } from "./describe-form.ts";
import { describeDatasetSteps, stepOfPath } from "./form-steps.ts";
import { arbitraryConfig } from "./testing/arbitrary-config.ts";
import { test } from "./testing/property.ts";

const leaves = (fields: readonly FormField[]): readonly FormField[] =>
  fields.flatMap((field) => (field.kind === "group" ? leaves(field.fields) : [field]));

describe("the steps of the wizard", () => {
  test("ask for every attribute that applies, each once", [arbitraryConfig()], { numRuns: 300 }, (config) => {
    const steps = describeDatasetSteps(config);
    const asked = steps.flatMap((step) => leaves(step.fields).map((field) => field.path));
    const all = leaves(describeDatasetForm(config)).map((field) => field.path);
    expect([...asked].sort()).toEqual([...all].sort());
    for (const step of steps)
      for (const field of leaves(step.fields)) expect(stepOfPath(steps, field.path)).toBe(step.id);
  });
});
