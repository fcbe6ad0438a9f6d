/** One line of the editor of a name → text map; one without a name is not in the map yet. */
export interface MapRow {
  readonly name: string;
  readonly text: string;
}

/** Rows of a map, or undefined for what is no map of names to texts. */
export function rowsOfMap(value: unknown): readonly MapRow[] | undefined {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object" || Array.isArray(value)) return undefined;
  const entries = Object.entries(value as Record<string, unknown>);
  if (!entries.every(([, text]) => typeof text === "string")) return undefined;
  return entries.map(([name, text]) => ({ name, text: text as string }));
}

/** The map that the rows make; undefined, so no attribute at all, while no row has a name. */
export function mapOfRows(rows: readonly MapRow[]): Readonly<Record<string, string>> | undefined {
  const named = rows.filter(({ name }) => name !== "");
  return named.length === 0 ? undefined : Object.fromEntries(named.map(({ name, text }) => [name, text]));
}

/** Names that stand in more than one row: only the last of them counts. */
export function repeatedNames(rows: readonly MapRow[]): ReadonlySet<string> {
  const names = rows.map(({ name }) => name).filter((name) => name !== "");
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}
