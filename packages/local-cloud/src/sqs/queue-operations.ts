import { AwsError } from "../server/aws-error.ts";
import { checkAttributes, describeQueue, redrivePolicyOf, unknownAttribute } from "./queue-attributes.ts";
import { type Queue, queueArn } from "./queue-store.ts";
import { queueNotFound, required, wholeNumber } from "./sqs-error.ts";
import type { SqsCall, SqsOperation } from "./sqs-operation.ts";

const REMAKE_MS = 60_000;
const PURGE_MS = 60_000;
const TAGS_MAX = 50;
const LIST_MAX = 1000;

export const queueOperations: Readonly<Record<string, SqsOperation>> = {
  CreateQueue(call) {
    const { queues, input, place, cloud, messages } = call;
    const attributes = input.map("Attributes");
    checkAttributes(attributes, place, cloud, true);
    const found = queues.find(place);
    if (found) {
      const now = describeQueue(found, messages);
      const differing = Object.entries(attributes).find(([name, value]) => (now[name] ?? "") !== value);
      if (!differing) return { QueueUrl: queueUrl(call, found) };
      throw new AwsError(
        "QueueNameExists",
        `A queue already exists with the same name and a different value for attribute ${differing[0]}`,
        400,
      );
    }
    const deletedAt = queues.deletedAt(place);
    if (deletedAt !== null && cloud.now() - deletedAt < REMAKE_MS) {
      throw new AwsError(
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        400,
      );
    }
    return { QueueUrl: queueUrl(call, queues.create(place, attributes, input.map("tags"))) };
  },
  GetQueueUrl: (call) => ({ QueueUrl: queueUrl(call, call.queue()) }),
  ListQueues(call) {
    const { queues, input, request } = call;
    const prefix = input.optionalString("QueueNamePrefix") ?? "";
    const asked = wholeNumber(input, "MaxResults", 1, LIST_MAX);
    const after = input.optionalString("NextToken") ?? "";
    const rest = queues
      .list(request.caller.accountId, request.region)
      .filter(({ name }) => name.startsWith(prefix) && name > after);
    const page = rest.slice(0, asked ?? LIST_MAX);
    return {
      QueueUrls: page.map((queue) => queueUrl(call, queue)),
      ...(asked !== undefined && rest.length > page.length ? { NextToken: page.at(-1)?.name } : {}),
    };
  },
  GetQueueAttributes({ queue, messages, input }) {
    const all = describeQueue(queue(), messages);
    const wanted = input.strings("AttributeNames");
    if (wanted.includes("All")) return { Attributes: all };
    const known = [...Object.keys(all), "Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "FifoQueue"];
    const stranger = wanted.find((name) => !known.includes(name));
    if (stranger !== undefined) throw unknownAttribute(stranger);
    const chosen = wanted.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]] as const]));
    return chosen.length > 0 ? { Attributes: Object.fromEntries(chosen) } : {};
  },
  SetQueueAttributes({ queue, queues, input, place, cloud }) {
    const found = queue();
    const attributes = input.map("Attributes");
    checkAttributes(attributes, place, cloud, false);
    queues.save({ ...found, attributes: { ...found.attributes, ...attributes }, modifiedAt: cloud.now() });
  },
  DeleteQueue({ queue, queues, messages, waiters }) {
    const found = queue();
    queues.remove(found);
    messages.clear(found);
    waiters.wake(found.id);
  },
  PurgeQueue({ queue, queues, messages, cloud }) {
    const found = queue();
    if (found.purgedAt !== null && cloud.now() - found.purgedAt < PURGE_MS) {
      throw new AwsError(
        "PurgeQueueInProgress",
        `Only one PurgeQueue operation on ${found.name} is allowed every 60 seconds.`,
        403,
      );
    }
    messages.clear(found);
    queues.save({ ...found, purgedAt: cloud.now() });
  },
  ListDeadLetterSourceQueues(call) {
    const target = queueArn(call.queue());
    const sources = call.queues.list(call.place.accountId, call.place.region).filter((queue) => {
      const policy = redrivePolicyOf(queue);
      return policy !== null && queueArn(policy.deadLetter) === target;
    });
    return { queueUrls: sources.map((queue) => queueUrl(call, queue)) };
  },
  TagQueue({ queue, queues, input }) {
    const found = queue();
    const tags = { ...found.tags, ...input.map("Tags") };
    if (Object.keys(tags).length > TAGS_MAX) {
      throw new AwsError("InvalidParameterValue", `Too many tags added for queue ${found.name}.`, 400);
    }
    queues.save({ ...found, tags });
  },
  UntagQueue({ queue, queues, input }) {
    const found = queue();
    const removed = new Set(input.strings("TagKeys"));
    queues.save({
      ...found,
      tags: Object.fromEntries(Object.entries(found.tags).filter(([key]) => !removed.has(key))),
    });
  },
  ListQueueTags: ({ queue }) => ({ Tags: queue().tags }),
};

/** Where the queue is reached: the address the caller used. */
function queueUrl({ request }: SqsCall, { accountId, name }: Queue): string {
  return `http://${request.headers.host ?? "127.0.0.1"}/${accountId}/${name}`;
}

/** Account and name of a queue's URL; the host does not matter. */
export function placeOfUrl(url: string): { readonly accountId: string; readonly name: string } {
  const match = /^https?:\/\/[^/]+(?:\/queue)?\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)\/?$/.exec(url);
  if (!match?.[1] || !match[2]) throw queueNotFound();
  return { accountId: match[1], name: match[2] };
}

const QUEUE_NAME = /^(?=.{1,80}$)[\w-]+(\.fifo)?$/;

export function queueName(call: Pick<SqsCall, "input">): string {
  const name = required(call.input, "QueueName");
  if (QUEUE_NAME.test(name)) return name;
  throw new AwsError(
    "InvalidParameterValue",
    "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    400,
  );
}
