export const RecordHintType = Object.freeze({ OFFSET: "OFFSET", PATTERN: "PATTERN" });

export function recordHintTypeFromString(text) {
  const type = RecordHintType[text];
  if (type === undefined) throw new Error(`unexpected RecordHintType ${text}`);
  return type;
}
