import { Document } from "./Document.js";
import { DocumentType } from "./DocumentType.js";

/** One document made of several records, with the errors of its parts. */
export class CompositeDoc extends Document {
  /**
   * @param {import("./Document.js").Document | null} document
   * @param {readonly import("./ErrorDoc.js").ErrorDoc[] | null} errorDocs
   */
  constructor(document, errorDocs) {
    super(
      DocumentType.CompositeDoc,
      document?.documentId,
      document?.recordType,
      document?.partitionKey,
      document?.documentMetadata,
      document?.documentKeyValuesMap,
    );
    this.document = document;
    this.errorDocs = errorDocs ?? [];
  }

  getDocumentList() {
    return [this.document, this.errorDocs];
  }
}
