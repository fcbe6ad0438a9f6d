import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { type PolicyDocument, parsePolicy } from "../iam/policy-document.ts";

export interface Queue {
  /** New for each queue, also of the same name. */
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly purgedAt: number | null;
  /** As set, by AWS's names; what is not set has its default. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

type Place = Pick<Queue, "accountId" | "region" | "name">;

export type QueueStore = ReturnType<typeof openQueueStore>;

export function openQueueStore(cloud: Cloud) {
  const { database } = cloud;
  const queues = new Map(database.documents<Queue>("sqs.queue").map(({ key, value }) => [key, value]));
  const deletedAt = new Map<string, number>();
  const keyOf = ({ accountId, region, name }: Place) => `${accountId}/${region}/${name}`;

  function save(queue: Queue): Queue {
    queues.set(keyOf(queue), queue);
    database.saveDocument("sqs.queue", keyOf(queue), queue);
    return queue;
  }

  return {
    find: (place: Place): Queue | null => queues.get(keyOf(place)) ?? null,
    list: (accountId: string, region: string): Queue[] =>
      [...queues.values()]
        .filter((queue) => queue.accountId === accountId && queue.region === region)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    save,
    create({ accountId, region, name }: Place, attributes: Queue["attributes"], tags: Queue["tags"]): Queue {
      const now = cloud.now();
      const times = { createdAt: now, modifiedAt: now, purgedAt: null };
      return save({ id: randomUUID(), accountId, region, name, ...times, attributes, tags });
    },
    remove(queue: Queue): void {
      deletedAt.set(keyOf(queue), cloud.now());
      queues.delete(keyOf(queue));
      database.removeDocument("sqs.queue", keyOf(queue));
    },
    /** Epoch ms; null when no queue of this name was deleted since the start. */
    deletedAt: (place: Place): number | null => deletedAt.get(keyOf(place)) ?? null,
  };
}

export function isFifo({ name }: Pick<Queue, "name">): boolean {
  return name.endsWith(".fifo");
}

export function queueArn({ accountId, region, name }: Place): string {
  return `arn:aws:sqs:${region}:${accountId}:${name}`;
}

export function placeOfArn(arn: string): Place | null {
  const match = /^arn:aws:sqs:([a-z0-9-]+):(\d{12}):([\w-]{1,80}(?:\.fifo)?)$/.exec(arn);
  return match?.[1] && match[2] && match[3] ? { region: match[1], accountId: match[2], name: match[3] } : null;
}

export function queuePolicy({ attributes }: Queue): PolicyDocument | null {
  return attributes.Policy ? parsePolicy(attributes.Policy, "resource") : null;
}
