import { findOrInstallTools, type Tool } from "../../scripts/find-or-install-tools.ts";
import type { Scene } from "./scene.ts";

export interface Needs<Found> {
  /** For people. */
  readonly names: string;
  /** Throws what cannot be had here. */
  readonly find: () => Promise<Found>;
}

/** The machine's programs, else Debian's packages installed now. */
export function needOf(...tools: readonly Tool[]): Needs<void> {
  return {
    names: tools.map(({ name }) => name).join(" and "),
    find: () => findOrInstallTools(tools, "such rows"),
  };
}

/** Measures a row with what is not in the repository; where that is not to be had, the row says so instead of vanishing. */
export async function withTools<Found>(
  { report }: Pick<Scene, "report">,
  name: { readonly row: string; readonly what: string },
  { names, find }: Needs<Found>,
  measure: (found: Found) => Promise<void>,
): Promise<void> {
  let found: Found;
  try {
    found = await find();
  } catch (thrown) {
    const [why = ""] = (thrown instanceof Error ? thrown.message : String(thrown)).split("\n");
    report({ ...name, notMeasured: `it needs ${names}: ${why.replace(/:$/, "")}` });
    return;
  }
  await measure(found);
}
