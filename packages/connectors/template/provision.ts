import type { ProvisionedResource } from "@letsdata/plugin-kit/connector";

/** The target is always the customer's: there is nothing to make or to remove. */
export function provisionNothing(): Promise<readonly ProvisionedResource[]> {
  return Promise.resolve([]);
}

export function removeNothing(): Promise<void> {
  return Promise.resolve();
}
