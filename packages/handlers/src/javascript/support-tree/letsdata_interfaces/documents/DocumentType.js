export const DocumentType = Object.freeze({
  Document: "Document",
  ErrorDoc: "ErrorDoc",
  SkipDoc: "SkipDoc",
  CompositeDoc: "CompositeDoc",
});
