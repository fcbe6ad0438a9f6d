import { type Node, type ParseError, parse, parseTree, printParseErrorCode } from "jsonc-parser";

export interface SyntaxProblem {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

/** The text of the JSON box, read as far as it can be. */
export interface Draft {
  readonly value: unknown;
  readonly tree: Node | undefined;
  readonly syntaxProblems: readonly SyntaxProblem[];
}

const words: Readonly<Record<string, string>> = {
  InvalidSymbol: "This is not JSON",
  InvalidNumberFormat: "This is not a number",
  PropertyNameExpected: "An attribute name in quotes is missing here",
  ValueExpected: "A value is missing here",
  ColonExpected: "A colon is missing here",
  CommaExpected: "A comma is missing here",
  CloseBraceExpected: "A closing } is missing",
  CloseBracketExpected: "A closing ] is missing",
  EndOfFileExpected: "There is something after the end of the JSON",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfString: "A closing quote is missing",
};

export function readDraft(text: string): Draft {
  const errors: ParseError[] = [];
  const options = { allowTrailingComma: false, disallowComments: true, allowEmptyContent: true };
  const value: unknown = parse(text, errors, options);
  const tree = parseTree(text, [], options);
  const syntaxProblems = errors.map(({ error, offset, length }) => ({
    message: words[printParseErrorCode(error)] ?? "This is not JSON",
    offset,
    length: Math.max(1, length),
  }));
  return { value, tree, syntaxProblems };
}
