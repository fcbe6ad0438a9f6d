const valueWidthMin = 20;

/** A thing as lines `name  value`, what is in it indented below; values too long for `width` go on in the next line. */
export function attributeLines(value: object, width: number, indent = ""): string[] {
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  const nameWidth = Math.max(0, ...entries.filter(([, part]) => isPlain(part)).map(([name]) => name.length));
  return entries.flatMap(([name, part]) => {
    if (!isPlain(part)) return [`${indent}${name}`, ...attributeLines(part as object, width, `${indent}  `)];
    const lead = `${indent}${name.padEnd(nameWidth)}  `;
    const room = Math.max(valueWidthMin, width - lead.length);
    const [first = "", ...others] = plainText(part)
      .split("\n")
      .flatMap((line) => wrapped(line, room));
    return [`${lead}${first}`.trimEnd(), ...others.map((line) => `${" ".repeat(lead.length)}${line}`)];
  });
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null || Object.keys(value).length === 0;
}

function plainText(value: unknown): string {
  if (typeof value === "object" && value !== null) return "none";
  return value === null ? "" : String(value);
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(" ", width);
    const end = blank > 0 ? blank : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(blank > 0 ? end + 1 : end);
  }
  return [...lines, rest];
}
