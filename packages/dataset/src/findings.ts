import type { ProblemDetail } from "@letsdata/plugin-kit/problems";

/** Something the parser changed, so that the person sees it. */
export interface Notice {
  readonly path: string;
  readonly message: string;
}

/** Codes of single findings about a configuration. */
export type FindingCode =
  | "CONFLICT"
  | "DUPLICATE_LINE"
  | "INVALID_VALUE"
  | "MANIFEST_INVALID"
  | "NOT_APPLICABLE"
  | "REQUIRED"
  | "TOO_LARGE"
  | "UNKNOWN_ATTRIBUTE"
  | "WRONG_TYPE";

export class Findings {
  readonly problems: ProblemDetail[] = [];
  readonly notices: Notice[] = [];

  problem(path: string, code: FindingCode, message: string, fix?: string): void {
    this.problems.push(fix === undefined ? { path, code, message } : { path, code, message, fix });
  }

  notice(path: string, message: string): void {
    this.notices.push({ path, message });
  }
}

/** `a.b[0].c`; keys that are not plain names in brackets. */
export function pathOf(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === "number") return `${path}[${part}]`;
    const name = String(part);
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name.slice(0, 128))}]`;
    return path === "" ? name : `${path}.${name}`;
  }, "");
}
