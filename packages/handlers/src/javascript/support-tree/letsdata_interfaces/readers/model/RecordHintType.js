export const RecordHintType = Object.freeze({ OFFSET: "OFFSET", PATTERN: "PATTERN" });
