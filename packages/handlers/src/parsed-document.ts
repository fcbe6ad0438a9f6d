import { hash } from "node:crypto";
import type { OutputDocument } from "@letsdata/plugin-kit/handler";

/** A document of a handler; a missing id comes from the record's place, so that a repeat gets the same one. */
export class ParsedDocument implements OutputDocument {
  readonly recordType: string | null;
  readonly body: string;
  #documentId: string | null;
  readonly #partitionKey: string | null;
  readonly #taskId: string;
  readonly #position: number | string;
  #fields: Readonly<Record<string, unknown>> | null = null;

  constructor(
    documentId: string | null,
    recordType: string | null,
    partitionKey: string | null,
    body: string,
    taskId: string,
    position: number | string,
  ) {
    this.#documentId = documentId;
    this.recordType = recordType;
    this.#partitionKey = partitionKey;
    this.body = body;
    this.#taskId = taskId;
    this.#position = position;
  }

  get documentId(): string {
    this.#documentId ??= hash("sha256", `${this.#taskId}:${this.#position}`, "hex").slice(0, 32);
    return this.#documentId;
  }

  get partitionKey(): string {
    return this.#partitionKey ?? this.documentId;
  }

  fields(): Readonly<Record<string, unknown>> {
    this.#fields ??= JSON.parse(this.body) as Readonly<Record<string, unknown>>;
    return this.#fields;
  }
}
