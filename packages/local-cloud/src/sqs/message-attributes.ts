import { createHash } from "node:crypto";
import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";

/** Binary values stay base64, as the protocol carries them. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const ATTRIBUTES_MAX = 10;
const NAME = /^(?!(aws|amazon)\.)(?!.*\.\.)(?!\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;
const TYPE = /^(String|Number|Binary)(\..{1,249})?$/;

export function readMessageAttributes(input: JsonInput): MessageAttributes {
  const given = input.object("MessageAttributes");
  const attributes: Record<string, MessageAttribute> = {};
  for (const name of given.names()) {
    const member = given.object(name);
    const DataType = member.optionalString("DataType") ?? "";
    if (!NAME.test(name)) throw invalid(`Invalid attribute name: ${name}`);
    if (!TYPE.test(DataType))
      throw invalid(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    const isBinary = DataType.startsWith("Binary");
    const value = member.optionalString(isBinary ? "BinaryValue" : "StringValue");
    if (!value) throw invalid(`The message attribute '${name}' must contain a non-empty message attribute value.`);
    if (DataType.startsWith("Number") && !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) {
      throw invalid(`Can't cast the value of message (user) attribute '${name}' to a number.`);
    }
    attributes[name] = isBinary ? { DataType, BinaryValue: value } : { DataType, StringValue: value };
  }
  if (Object.keys(attributes).length > ATTRIBUTES_MAX) {
    throw invalid(
      `Number of message attributes [${Object.keys(attributes).length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`,
    );
  }
  return attributes;
}

/** Names, types and values count against the message's size. */
export function bytesOfAttributes(attributes: MessageAttributes): number {
  let bytes = 0;
  for (const [name, attribute] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + bytesOf(attribute).length;
  }
  return bytes;
}

export function md5OfBody(body: string): string {
  return createHash("md5").update(body).digest("hex");
}

/** undefined when there are none. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const digest = createHash("md5");
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (!attribute) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    digest.update(Buffer.from([attribute.BinaryValue === undefined ? 1 : 2]));
    add(bytesOf(attribute));
  }
  return digest.digest("hex");
}

/** The attributes a receive asks for: names, `All`, `.*` or `prefix.*`. */
export function chosenAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  const isWanted = (name: string) =>
    wanted.some((one) => one === "All" || one === name || (one.endsWith(".*") && name.startsWith(one.slice(0, -2))));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}

function bytesOf({ StringValue, BinaryValue }: MessageAttribute): Buffer {
  return BinaryValue === undefined ? Buffer.from(StringValue ?? "") : Buffer.from(BinaryValue, "base64");
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message, 400);
}
