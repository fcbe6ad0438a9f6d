import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import { attributeLines } from "./attribute-lines.ts";

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Characters of a line; absent where nobody looks, as in a pipe. */
  readonly columns?: number | undefined;
}

export interface Printing {
  readonly prettyPrint?: boolean;
  readonly output: "json" | "table";
}

/** Heading → what stands under it. */
export type Columns<Item> = Readonly<Record<string, (item: Item) => string | number | null | undefined>>;

const undecorated = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

export class Printer {
  readonly #terminal: Terminal;
  readonly #printing: Printing;

  constructor(terminal: Terminal, printing: Printing) {
    this.#terminal = terminal;
    this.#printing = printing;
  }

  get isTable(): boolean {
    return this.#printing.output === "table";
  }

  /** One thing. */
  value(value: unknown): void {
    if (this.#printing.output === "table" && typeof value === "object" && value !== null) {
      const width = this.#terminal.columns ?? Number.POSITIVE_INFINITY;
      this.#terminal.out(`${attributeLines(value, width).join("\n")}\n`);
      return;
    }
    this.#json(value);
  }

  /** A page of things; JSON keeps the whole answer with its `nextCursor`. */
  list<Item>(
    page: { readonly items: readonly Item[]; readonly nextCursor?: string | null },
    columns: Columns<Item>,
  ): void {
    if (this.#printing.output === "json") {
      this.#json(page);
      return;
    }
    const cells = Object.values(columns);
    this.#table(
      Object.keys(columns),
      page.items.map((item) => cells.map((cell) => String(cell(item) ?? ""))),
    );
  }

  text(text: string): void {
    this.#terminal.out(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** For people only: progress and hints. */
  note(text: string): void {
    this.#terminal.err(`${text}\n`);
  }

  #json(value: unknown): void {
    this.#terminal.out(`${JSON.stringify(value, null, this.#printing.prettyPrint ? 2 : undefined)}\n`);
  }

  #table(head: string[], rows: string[][]): void {
    const table = new Table({
      head,
      chars: undecorated,
      style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    });
    table.push(...rows);
    this.#terminal.out(`${withinWidth(table.toString(), this.#terminal.columns)}\n`);
  }
}

/** Lines are cut where a terminal would wrap them; into a pipe they go whole, without blanks at their end. */
function withinWidth(text: string, columns: number | undefined): string {
  return stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .map((line) => (columns !== undefined && line.length > columns ? `${line.slice(0, columns - 1)}…` : line))
    .join("\n");
}

/** Epoch milliseconds as people read them. */
export function timeText(time: number | null): string {
  return time === null ? "" : new Date(time).toISOString();
}
