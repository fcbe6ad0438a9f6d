/** Arrays repeat their element; undefined and null leave it out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | null
  | { readonly [name: string]: XmlValue }
  | readonly XmlValue[];

export function element(name: string, value: XmlValue): string {
  if (value === undefined || value === null) return "";
  if (isList(value)) return value.map((entry) => element(name, entry)).join("");
  if (typeof value === "object") return `<${name}>${elements(value)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

export function elements(values: { readonly [name: string]: XmlValue }): string {
  return Object.entries(values)
    .map(([name, value]) => element(name, value))
    .join("");
}

export function xmlDocument(name: string, namespace: string, values: { readonly [name: string]: XmlValue }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${namespace ? ` xmlns="${namespace}"` : ""}>${elements(values)}</${name}>`;
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

const SPECIAL = /[&<>"]|\p{Cc}/gu;
const NAMED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  return text.replace(SPECIAL, (char) => NAMED[char] ?? `&#x${char.codePointAt(0)?.toString(16)};`);
}
