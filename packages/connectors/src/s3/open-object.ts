import type { PreparedDocument } from "@letsdata/plugin-kit/writer";

/** An object being written, in one of the formats. */
export interface OpenObject {
  append(batch: readonly PreparedDocument[]): Promise<void>;
  /** Uncompressed size so far. */
  plainBytes(): number;
  /** It has as much as its format bears, however few bytes that are. */
  isFull?(): boolean;
  /** Makes it visible, whole. Repeatable after a failure. */
  finish(): Promise<void>;
  /** Never throws. */
  abandon(): Promise<void>;
}
