import { findNodeAtLocation, type JSONPath, type Node } from "jsonc-parser";

/** `readConnector.items[0].name` → `["readConnector", "items", 0, "name"]`. */
export function segmentsOf(path: string): JSONPath {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map((match) =>
    match[1] === undefined ? match[2]! : Number(match[1]),
  );
}

export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** Where in the text `path` is: its value, the name of the nearest object that should hold it, or the first character. */
export function rangeOfPath(root: Node | undefined, path: string): TextRange {
  const segments = segmentsOf(path);
  for (let depth = segments.length; root && depth > 0; depth -= 1) {
    const node = findNodeAtLocation(root, segments.slice(0, depth));
    if (!node) continue;
    const whole = depth === segments.length && node.type !== "object" && node.type !== "array";
    const key = node.parent?.type === "property" ? node.parent.children?.[0] : undefined;
    const shown = whole ? node : (key ?? node);
    return { from: shown.offset, to: shown.offset + Math.max(1, shown.length) };
  }
  return { from: root?.offset ?? 0, to: (root?.offset ?? 0) + 1 };
}

/** 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}
