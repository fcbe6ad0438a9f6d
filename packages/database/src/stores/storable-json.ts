/**
 * JSON that jsonb takes: NUL characters and halves of surrogate pairs (a text cut in the middle of an emoji), which it
 * refuses wherever they stand, are replaced. For texts people read; not for positions, which must stay what they are.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f][0-9a-f]{2})/g,
    (_, before: string, code: string) => before + (code === "0000" ? "\u2400" : "\ufffd"),
  );
}
