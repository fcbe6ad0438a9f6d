import { Problem } from "@letsdata/plugin-kit/problems";

/** For what reading throws: SOURCE_NOT_FOUND where `what` (such as `The queue arn:…`) is gone, anything else as it came. */
export function sourceMissing(what: string): (thrown: unknown) => never {
  return (thrown) => {
    if (thrown instanceof Problem && thrown.code === "RESOURCE_NOT_FOUND") {
      throw new Problem("SOURCE_NOT_FOUND", `${what} does not exist.`, { cause: thrown, details: thrown.details });
    }
    throw thrown;
  };
}
