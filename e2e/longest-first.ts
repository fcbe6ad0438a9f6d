import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Folders whose files take longest: begun last, one of them would run alone while other processes have nothing left to do. */
const longest = ["src/faults/matrix/matrix.", "src/spark/steps.", "src/bad-input/running."];

const rank = ({ moduleId }: TestSpecification): number => {
  const place = longest.findIndex((part) => moduleId.includes(part));
  return place < 0 ? longest.length : place;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
