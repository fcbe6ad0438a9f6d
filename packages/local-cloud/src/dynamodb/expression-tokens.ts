import { invalid } from "./attribute-value.ts";
import type { DocumentPath, ExpressionKind, ExpressionScope } from "./expression-scope.ts";

const EXPRESSION_BYTES_MAX = 4096;
const TOKEN = /\s*(?:([#:]?[A-Za-z0-9_]+)|(<>|<=|>=|[=<>(),.[\]+-]))/y;

/** Walks over the tokens of one expression. */
export class ExpressionTokens {
  readonly kind: ExpressionKind;
  readonly scope: ExpressionScope;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(kind: ExpressionKind, text: string, scope: ExpressionScope) {
    this.kind = kind;
    this.scope = scope;
    if (text === "") throw invalid(`Invalid ${kind}: The expression can not be empty;`);
    if (Buffer.byteLength(text) > EXPRESSION_BYTES_MAX) {
      throw invalid(`Invalid ${kind}: Expression size has exceeded the maximum allowed size;`);
    }
    this.#tokens = tokensOf(kind, text.trim());
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead] ?? "<EOF>";
  }

  take(): string {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Takes the token when it is the next; words in any case. */
  accept(wanted: string): boolean {
    if (this.peek().toUpperCase() !== wanted) return false;
    this.#at += 1;
    return true;
  }

  expect(wanted: string): void {
    if (!this.accept(wanted)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (!this.done) throw this.syntaxError();
  }

  syntaxError(): Error {
    const near = this.#tokens.slice(Math.max(0, this.#at - 1), this.#at + 2).join(" ");
    return invalid(`Invalid ${this.kind}: Syntax error; token: "${this.peek()}", near: "${near}"`);
  }

  path(): DocumentPath {
    const path: (string | number)[] = [this.#pathName()];
    for (;;) {
      if (this.accept(".")) path.push(this.#pathName());
      else if (this.accept("[")) {
        if (!/^\d+$/.test(this.peek())) throw this.syntaxError();
        path.push(Number(this.take()));
        this.expect("]");
      } else return path;
    }
  }

  #pathName(): string {
    if (!/^#?[A-Za-z_]\w*$|^#\w+$/.test(this.peek())) throw this.syntaxError();
    return this.scope.name(this.kind, this.take());
  }
}

function tokensOf(kind: ExpressionKind, text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (!match) {
      throw invalid(
        `Invalid ${kind}: Syntax error; token: "${text[at]}", near: "${text.slice(Math.max(0, at - 5), at + 5)}"`,
      );
    }
    tokens.push(match[1] ?? match[2] ?? "");
  }
  return tokens;
}
