type Definition = Readonly<Record<string, unknown>>;

/** The files a task reads and its Spark step, with their type where there is more than the file's name to tell; otherwise its attributes. */
export function briefReaderDefinition(definition: Definition): string {
  const { fileNames, sparkStep, lines } = definition;
  if (sparkStep === "reducer") return `reducer of ${briefValue(lines)} ${lines === 1 ? "line" : "lines"}`;
  if (typeof fileNames !== "object" || fileNames === null) return briefAttributes(definition);
  const files = Object.entries(fileNames)
    .map(([type, name]) => (type === "" ? String(name) : `${type}: ${String(name)}`))
    .join(", ");
  return sparkStep === "mapper" ? `mapper of ${files}` : files;
}

/** Where a task goes on, as `offset 12,345`. */
export function briefAttributes(value: Definition): string {
  return Object.entries(value)
    .filter(([, entry]) => entry !== null && entry !== undefined)
    .map(([name, entry]) => `${name} ${briefValue(entry)}`)
    .join("  ");
}

function briefValue(value: unknown): string {
  if (typeof value === "number") return value.toLocaleString("en-US");
  if (Array.isArray(value)) return value.map(briefValue).join(", ");
  if (typeof value === "object" && value !== null) return briefAttributes(value as Definition);
  return String(value);
}
