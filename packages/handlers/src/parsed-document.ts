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
  readonly #metadata: unknown;
  #fields: Readonly<Record<string, unknown>> | null = null;

  /** `metadata` counts where the body is no JSON object and a target needs fields. */
  constructor(
    documentId: string | null,
    recordType: string | null,
    partitionKey: string | null,
    body: string,
    taskId: string,
    position: number | string,
    metadata: unknown = null,
  ) {
    this.#documentId = documentId;
    this.recordType = recordType;
    this.#partitionKey = partitionKey;
    this.body = body;
    this.#taskId = taskId;
    this.#position = position;
    this.#metadata = metadata;
  }

  get documentId(): string {
    this.#documentId ??= hash("sha256", `${this.#taskId}:${this.#position}`, "hex").slice(0, 32);
    return this.#documentId;
  }

  get partitionKey(): string {
    return this.#partitionKey ?? this.documentId;
  }

  fields(): Readonly<Record<string, unknown>> {
    this.#fields ??= objectIn(this.body) ?? {
      documentId: this.documentId,
      recordType: this.recordType,
      partitionKey: this.partitionKey,
      documentMetadata: this.#metadata,
      document: this.body,
    };
    return this.#fields;
  }
}

/** Only a Java handler's own serialisation may be something else (product.md §6.1). */
function objectIn(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(body);
    const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
