import { describeMatrix } from "./describe-matrix.ts";
import { momentoTraits, openMomentoTarget } from "./momento-target.ts";
import { sourceNames } from "./sources.ts";
import { localTargets } from "./targets.ts";

/** Each batch has every reader and, of as many writers, every writer. `pnpm test:servers` runs one more for each of its targets. */
const BATCHES = 2;

describeMatrix({
  targets: localTargets,
  opened: { Momento: { ...momentoTraits, open: openMomentoTarget } },
  rounds: Number(process.env.FAULT_ROUNDS ?? BATCHES * sourceNames.length),
});
