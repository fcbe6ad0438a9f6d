import { type AttributeValue, type Item, invalid } from "./attribute-value.ts";
import type { DocumentPath } from "./expression-scope.ts";

export function valueAt(item: Item, path: DocumentPath): AttributeValue | undefined {
  const [first, ...rest] = path;
  let value = own(item, String(first));
  for (const step of rest) {
    if (!value) return undefined;
    if (typeof step === "number") value = "L" in value ? value.L[step] : undefined;
    else value = "M" in value ? own(value.M, step) : undefined;
  }
  return value;
}

function own(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/** A copy of the item with the value at the path; undefined removes it. The way to the path must be there. */
export function withValueAt(item: Item, path: DocumentPath, value: AttributeValue | undefined): Item {
  const [first, ...rest] = path;
  return changedMap(item, String(first), rest, value);
}

function changedMap(map: Item, name: string, rest: DocumentPath, value: AttributeValue | undefined): Item {
  const changed = { ...map };
  const next = rest.length === 0 ? value : changedValue(own(map, name), rest, value);
  if (next === undefined) delete changed[name];
  else changed[name] = next;
  return changed;
}

function changedValue(
  inside: AttributeValue | undefined,
  path: DocumentPath,
  value: AttributeValue | undefined,
): AttributeValue {
  const [step, ...rest] = path;
  if (inside && "M" in inside && typeof step === "string") return { M: changedMap(inside.M, step, rest, value) };
  if (inside && "L" in inside && typeof step === "number") {
    const list = [...inside.L];
    // A place behind the end appends.
    const at = Math.min(step, list.length);
    const next = rest.length === 0 ? value : changedValue(list[step], rest, value);
    if (next === undefined) list.splice(step, 1);
    else list[at] = next;
    return { L: list };
  }
  throw invalid("The document path provided in the update expression is invalid for update");
}

/** Only what the paths name; lists close up. */
export function project(item: Item, paths: readonly DocumentPath[]): Item {
  return projectMap(item, paths);
}

function projectMap(map: Item, paths: readonly DocumentPath[]): Item {
  const wanted = new Map<string, DocumentPath[]>();
  for (const [first, ...rest] of paths) wanted.set(String(first), [...(wanted.get(String(first)) ?? []), rest]);
  const kept: Record<string, AttributeValue> = {};
  for (const [name, rest] of wanted) {
    const value = own(map, name);
    const part = value && projectValue(value, rest);
    if (part) kept[name] = part;
  }
  return kept;
}

function projectValue(value: AttributeValue, paths: readonly DocumentPath[]): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if ("M" in value) {
    const kept = projectMap(
      value.M,
      paths.filter(([step]) => typeof step === "string"),
    );
    return Object.keys(kept).length > 0 ? { M: kept } : undefined;
  }
  if ("L" in value) {
    const kept = value.L.flatMap((entry, at) => {
      const rest = paths.filter(([step]) => step === at).map(([, ...after]) => after);
      const part = rest.length > 0 ? projectValue(entry, rest) : undefined;
      return part ? [part] : [];
    });
    return kept.length > 0 ? { L: kept } : undefined;
  }
  return undefined;
}
