import type { OutputDocument } from "@letsdata/plugin-kit/handler";

export const DIMENSIONS = 3;

/** A document with these fields beside its id. */
export function documentWith(documentId: string, more: Readonly<Record<string, unknown>>): OutputDocument {
  const fields = { documentId, ...more };
  return { documentId, partitionKey: documentId, recordType: null, body: JSON.stringify(fields), fields: () => fields };
}

/** A document with one vector and some metadata. */
export function vectorDocument(documentId: string): OutputDocument {
  return documentWith(documentId, { title: [0.5, 1, 0], page: 7, draft: false });
}
