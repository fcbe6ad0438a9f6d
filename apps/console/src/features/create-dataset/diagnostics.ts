import type { Diagnostic } from "@codemirror/lint";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { rangeOfPath } from "../../config-form/json-path.ts";
import type { Draft } from "../../config-form/read-draft.ts";

/** Squiggles: syntax problems where they are, findings at their attribute. */
export function diagnosticsOf(text: string, draft: Draft, findings: readonly ProblemDetail[]): readonly Diagnostic[] {
  const end = text.length;
  const syntax = draft.syntaxProblems.map(({ offset, length, message }) => ({
    from: Math.min(offset, end),
    to: Math.min(offset + length, end),
    severity: "error" as const,
    message,
  }));
  if (syntax.length > 0) return syntax;
  return findings.map((finding) => ({
    ...rangeOfPath(draft.tree, finding.path),
    severity: "error" as const,
    message: finding.fix ? `${finding.message} ${finding.fix}` : finding.message,
  }));
}
