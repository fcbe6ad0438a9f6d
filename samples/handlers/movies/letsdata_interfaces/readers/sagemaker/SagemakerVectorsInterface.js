import { Document } from "../../documents/Document.js";

/** Turns what a movie is called and about into a vector; what is known of it stays beside the vector. */
export class SagemakerVectorsInterface {
  extractDocumentElementsForVectorization({ title, genre, director }) {
    return { about: [title, genre, director].filter(Boolean).join(", ") };
  }

  constructVectorDoc({ documentId, partitionKey, title, year, genre, rating }, { about }) {
    const values = { title, year, genre: genre ?? "unknown", rating, vector: about };
    return new Document("Document", documentId, "Movie", partitionKey, {}, values);
  }
}
