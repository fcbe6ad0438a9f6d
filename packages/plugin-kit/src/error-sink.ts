/** One line of the error archive (product.md §7). */
export interface ErrorRecord {
  readonly errorId: string;
  readonly datasetName: string;
  readonly datasetId: string;
  readonly taskId: string;
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly errorTime: number;
  readonly origin: "HANDLER" | "SYSTEM";
  readonly code: string;
  readonly errorMessage: string;
  readonly documentId: string | null;
  readonly recordType: string | null;
  readonly partitionKey: string | null;
  readonly documentMetadata: Readonly<Record<string, unknown>>;
  readonly errorStartOffsetMap: Readonly<Record<string, string>>;
  readonly errorEndOffsetMap: Readonly<Record<string, string>>;
  readonly document: string | null;
  readonly parts: readonly unknown[];
  readonly source: {
    readonly fileNames: Readonly<Record<string, string>>;
    readonly lastRecordTypes: Readonly<Record<string, string | null>>;
  };
  readonly record: { readonly encoding: "utf8" | "base64"; readonly body: string; readonly truncated: boolean };
  readonly codeVersion: number;
}

/** An archived object, registered with the checkpoint that covers it; only registered ones are listed. */
export interface ErrorFile {
  readonly key: string;
  readonly records: number;
  readonly bytes: number;
}

/** Archives error records. At most 1,000 lines and 8 MiB an object. */
export interface ErrorSink {
  /**
   * `firstOrdinal` (lowest ordinal of its records) names the object: a repeated batch overwrites its own, and no two
   * files of a task share one. Returns once the object is durable. May be called again after a throw that says `later`.
   */
  archive(records: readonly ErrorRecord[], firstOrdinal: number, signal: AbortSignal): Promise<ErrorFile>;
  /** Idempotent. */
  close(): Promise<void>;
}
