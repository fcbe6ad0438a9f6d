import { Problem } from "@letsdata/plugin-kit/problems";
import type { StateMachineObjects, TextMap } from "./state-machine-objects.ts";

/**
 * The object keys of a manifest line's files by the handler's file types, in their order. Throws HANDLER_EXCEPTION where those are not
 * the line's, or a key is missing.
 */
export async function resolveFileNames(
  objects: Pick<StateMachineObjects, "fileTypes" | "resolveNames">,
  names: TextMap,
): Promise<TextMap> {
  const fileTypes = await objects.fileTypes();
  return inOrder(fileTypes, await objects.resolveNames(byHandlersTypes(fileTypes, names)));
}

function byHandlersTypes(fileTypes: readonly string[], names: TextMap): TextMap {
  const given = Object.entries(names);
  // The planner names the one file of a line that states no type.
  if (given.length === 1 && fileTypes.length === 1) return { [fileTypes[0] as string]: given[0]?.[1] as string };
  const byFolded = new Map(given.map(([type, name]) => [type.toLowerCase(), name]));
  const matched = fileTypes.flatMap((type) => {
    const name = byFolded.get(type.toLowerCase());
    return name === undefined ? [] : [[type, name] as const];
  });
  if (matched.length === fileTypes.length && matched.length === given.length) return Object.fromEntries(matched);
  const known = given.map(([type]) => type).join(", ");
  throw new Problem(
    "HANDLER_EXCEPTION",
    `The handler's file types are ${fileTypes.join(", ")}; those of the manifest line are ${known}.`,
  );
}

function inOrder(fileTypes: readonly string[], names: TextMap): TextMap {
  return Object.fromEntries(
    fileTypes.map((type) => {
      const name = names[type];
      if (name) return [type, name];
      throw new Problem("HANDLER_EXCEPTION", `The handler resolved no file name for the file type ${type}.`);
    }),
  );
}
