import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import type { MessageAttributes } from "./message-attributes.ts";
import { numberAttribute } from "./queue-attributes.ts";
import { isFifo, type Queue } from "./queue-store.ts";

/** What stays the same however often a message is received. */
export interface MessageContent {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly systemAttributes: Readonly<Record<string, string>>;
  readonly groupId: string | null;
  readonly deduplicationId: string | null;
}

export interface StoredMessage extends MessageContent {
  /** Rises over the whole cloud; order of a FIFO queue. */
  readonly sequence: number;
  /** Epoch ms. */
  readonly sentAt: number;
  readonly visibleAt: number;
  readonly firstReceivedAt: number | null;
  readonly receives: number;
  /** Of the last receive. */
  readonly nonce: string | null;
}

export interface Sent {
  readonly id: string;
  readonly sequence: number;
}

const DEDUPLICATION_MS = 5 * 60_000;
const COLUMNS = "sequence, sent_at, visible_at, first_received_at, receives, nonce, json";

export type MessageStore = ReturnType<typeof openMessageStore>;

export function openMessageStore({ database: { sql }, now }: Cloud) {
  const insert = sql.prepare(
    "INSERT INTO message (queue, group_id, sent_at, visible_at, first_received_at, receives, nonce, json) VALUES (?, ?, ?, ?, NULL, 0, NULL, ?)",
  );
  const one = sql.prepare(`SELECT ${COLUMNS} FROM message WHERE sequence = ? AND queue = ?`);
  const next = sql.prepare(
    `SELECT ${COLUMNS} FROM message WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, sequence LIMIT ?`,
  );
  // A group is locked while one of its messages is in flight. Left to choose, SQLite would sort the whole queue each time.
  const nextInOrder = sql.prepare(
    `SELECT ${COLUMNS} FROM message INDEXED BY message_by_order WHERE queue = ?1 AND visible_at <= ?2
      AND group_id NOT IN (SELECT group_id FROM message WHERE queue = ?1 AND visible_at > ?2 AND nonce IS NOT NULL)
      ORDER BY sequence LIMIT ?3`,
  );
  const take = sql.prepare(
    "UPDATE message SET visible_at = ?, first_received_at = coalesce(first_received_at, ?), receives = receives + 1, nonce = ? WHERE sequence = ?",
  );
  const show = sql.prepare("UPDATE message SET visible_at = ? WHERE sequence = ?");
  const move = sql.prepare(
    "UPDATE message SET queue = ?, visible_at = ?, sent_at = ?, first_received_at = NULL, receives = 0, nonce = NULL, json = ? WHERE sequence = ?",
  );
  const remove = sql.prepare("DELETE FROM message WHERE sequence = ?");
  const removeAll = sql.prepare("DELETE FROM message WHERE queue = ?");
  const removeOld = sql.prepare("DELETE FROM message WHERE queue = ? AND sent_at <= ?");
  const visibleNext = sql.prepare("SELECT min(visible_at) AS at FROM message WHERE queue = ? AND visible_at > ?");
  const counted = sql.prepare(
    `SELECT coalesce(sum(visible_at <= ?2), 0) AS visible,
      coalesce(sum(visible_at > ?2 AND nonce IS NOT NULL), 0) AS in_flight,
      coalesce(sum(visible_at > ?2 AND nonce IS NULL), 0) AS delayed FROM message WHERE queue = ?1`,
  );
  const inFlight = sql.prepare(
    "SELECT count(*) AS messages FROM message WHERE queue = ? AND visible_at > ? AND nonce IS NOT NULL",
  );
  const repeat = sql.prepare("SELECT id, sequence FROM sent_message WHERE queue = ? AND key = ? AND until > ?");
  const remember = sql.prepare(
    "INSERT OR REPLACE INTO sent_message (queue, key, until, id, sequence) VALUES (?, ?, ?, ?, ?)",
  );
  const forget = sql.prepare("DELETE FROM sent_message WHERE queue = ? AND until <= ?");
  const forgetAll = sql.prepare("DELETE FROM sent_message WHERE queue = ?");

  function dropOld(queue: Queue): void {
    removeOld.run(queue.id, now() - numberAttribute(queue, "MessageRetentionPeriod") * 1000);
    forget.run(queue.id, now());
  }

  function clear(queue: Queue): void {
    removeAll.run(queue.id);
    forgetAll.run(queue.id);
  }

  return {
    /** All of `act` happens, or nothing. */
    together<T>(act: () => T): T {
      sql.exec("BEGIN IMMEDIATE");
      try {
        const result = act();
        sql.exec("COMMIT");
        return result;
      } catch (error) {
        sql.exec("ROLLBACK");
        throw error;
      }
    },
    /** A message that a FIFO queue took within five minutes is answered with the first one and not stored. */
    send(queue: Queue, content: Omit<MessageContent, "id">, delaySeconds: number): Sent {
      const key = deduplicationKey(queue, content);
      const earlier = key === null ? undefined : repeat.get(queue.id, key, now());
      if (earlier) return { id: String(earlier.id), sequence: Number(earlier.sequence) };
      const id = randomUUID();
      const visibleAt = now() + delaySeconds * 1000;
      const json = JSON.stringify({ id, ...content });
      const sequence = Number(insert.run(queue.id, content.groupId ?? "", now(), visibleAt, json).lastInsertRowid);
      if (key !== null) remember.run(queue.id, key, now() + DEDUPLICATION_MS, id, sequence);
      return { id, sequence };
    },
    /** Receivable now, in the order to hand out. */
    receivable(queue: Queue, limit: number): StoredMessage[] {
      dropOld(queue);
      const rows = isFifo(queue) ? nextInOrder.all(queue.id, now(), limit) : next.all(queue.id, now(), limit);
      return rows.map(storedMessage);
    },
    find(queue: Queue, sequence: number): StoredMessage | null {
      const row = one.get(sequence, queue.id);
      return row ? storedMessage(row) : null;
    },
    /** Hides the message; returns the receive's nonce. */
    take({ sequence }: StoredMessage, visibilitySeconds: number): string {
      const nonce = randomUUID();
      take.run(now() + visibilitySeconds * 1000, now(), nonce, sequence);
      return nonce;
    },
    showIn({ sequence }: StoredMessage, seconds: number): void {
      show.run(now() + seconds * 1000, sequence);
    },
    /** To a dead-letter queue. A FIFO queue counts its age anew. */
    move(message: StoredMessage, from: Queue, to: Queue, sourceArn: string): void {
      const { sequence, sentAt, visibleAt: _v, firstReceivedAt: _f, receives: _r, nonce: _n, ...content } = message;
      const systemAttributes = { ...content.systemAttributes, DeadLetterQueueSourceArn: sourceArn };
      const json = JSON.stringify({ ...content, systemAttributes });
      move.run(to.id, now(), isFifo(from) ? now() : sentAt, json, sequence);
    },
    remove({ sequence }: StoredMessage): void {
      remove.run(sequence);
    },
    clear,
    count(queue: Queue) {
      dropOld(queue);
      const row = counted.get(queue.id, now()) ?? {};
      return { visible: Number(row.visible), inFlight: Number(row.in_flight), delayed: Number(row.delayed) };
    },
    inFlight: (queue: Queue): number => Number(inFlight.get(queue.id, now())?.messages ?? 0),
    /** Epoch ms at which the next hidden message appears; null when none is hidden. */
    nextVisibleAt(queue: Queue): number | null {
      const at = visibleNext.get(queue.id, now())?.at;
      return at === null || at === undefined ? null : Number(at);
    },
  };
}

/** null: repeats are not dropped. */
function deduplicationKey(queue: Queue, { deduplicationId, groupId }: Omit<MessageContent, "id">): string | null {
  if (!isFifo(queue)) return null;
  return queue.attributes.DeduplicationScope === "messageGroup"
    ? JSON.stringify([groupId, deduplicationId])
    : String(deduplicationId);
}

function storedMessage(row: Record<string, unknown>): StoredMessage {
  return {
    ...(JSON.parse(String(row.json)) as MessageContent),
    sequence: Number(row.sequence),
    sentAt: Number(row.sent_at),
    visibleAt: Number(row.visible_at),
    firstReceivedAt: row.first_received_at === null ? null : Number(row.first_received_at),
    receives: Number(row.receives),
    nonce: row.nonce === null ? null : String(row.nonce),
  };
}

/** 20 digits, like the real ones. */
export function sequenceNumber(sequence: number): string {
  return `188${String(sequence).padStart(17, "0")}`;
}
