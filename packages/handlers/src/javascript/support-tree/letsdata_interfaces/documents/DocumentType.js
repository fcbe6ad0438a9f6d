export const DocumentType = Object.freeze({
  Document: "Document",
  ErrorDoc: "ErrorDoc",
  SkipDoc: "SkipDoc",
  CompositeDoc: "CompositeDoc",
});

export function documentTypeFromString(text) {
  const type = DocumentType[text];
  if (type === undefined) throw new Error(`unexpected DocumentType ${text}`);
  return type;
}
