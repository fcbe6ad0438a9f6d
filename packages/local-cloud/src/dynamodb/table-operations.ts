import { randomUUID } from "node:crypto";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { invalid } from "./attribute-value.ts";
import { describeTable } from "./describe-table.ts";
import type { DynamodbCall, DynamodbOperation } from "./dynamodb-operation.ts";
import type { ChangeStream, StreamViewType } from "./stream-store.ts";
import { type KeyAttribute, statusOf, type Table } from "./table.ts";
import { readTableKey } from "./table-key.ts";
import { resourceNotFound } from "./table-store.ts";

/** Changes take a moment, as in AWS, so that callers learn to wait for ACTIVE. */
const CHANGE_MS = 100;
const TAGS_MAX = 50;

export const tableOperations: Readonly<Record<string, DynamodbOperation>> = {
  CreateTable(call) {
    const { input, place, tables, cloud, streams } = call;
    refuseUnknown(input, "CreateTable", ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]);
    const keys = readKeys(input);
    const billing = readBilling(input, null);
    if (tables.find(place)) {
      throw new AwsError("ResourceInUseException", `Table already exists: ${place.name}`, 400);
    }
    const now = cloud.now();
    const table: Table = {
      ...place,
      ...keys,
      ...billing,
      id: randomUUID(),
      deletionProtected: input.boolean("DeletionProtectionEnabled"),
      createdAt: now,
      activeAt: now + CHANGE_MS,
      changed: false,
      latestStreamArn: null,
      keyArn: readTableKey(call, null),
      tags: readTags(input),
    };
    const wanted = readStream(input);
    const saved = tables.save(wanted ? { ...table, latestStreamArn: streams.enable(table, wanted).arn } : table);
    return { TableDescription: describeTable(saved, call, now) };
  },
  DescribeTable(call) {
    return { Table: describeTable(existing(call), call, call.cloud.now()) };
  },
  UpdateTable(call) {
    const { input, tables, cloud, streams } = call;
    refuseUnknown(input, "UpdateTable", ["GlobalSecondaryIndexUpdates", "ReplicaUpdates"]);
    const table = changeable(call);
    const stream = streamOf(call, table);
    let latestStreamArn = table.latestStreamArn;
    if (input.has("StreamSpecification")) {
      const wanted = readStream(input);
      if (wanted && stream) throw invalid(`Table already has an enabled stream: TableName: ${table.name}`);
      if (!wanted && !stream) throw invalid(`Table is already disabled for streams: TableName: ${table.name}`);
      if (wanted) latestStreamArn = streams.enable(table, wanted).arn;
      else if (stream) streams.disable(stream);
    }
    const now = cloud.now();
    const saved = tables.save({
      ...table,
      ...readBilling(input, table),
      deletionProtected: input.has("DeletionProtectionEnabled")
        ? input.boolean("DeletionProtectionEnabled")
        : table.deletionProtected,
      latestStreamArn,
      keyArn: readTableKey(call, table.keyArn),
      changed: true,
      activeAt: now + CHANGE_MS,
    });
    return { TableDescription: describeTable(saved, call, now) };
  },
  DeleteTable(call) {
    const table = changeable(call);
    if (table.deletionProtected) {
      throw invalid(
        `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
      );
    }
    const answer = { TableDescription: describeTable(table, call, call.cloud.now(), "DELETING") };
    const stream = streamOf(call, table);
    if (stream) call.streams.disable(stream);
    call.items.removeAll(table);
    call.tables.remove(table);
    return answer;
  },
  ListTables({ tables, place, input }) {
    const limit = input.optionalNumber("Limit", 1, 100) ?? 100;
    const after = input.optionalString("ExclusiveStartTableName") ?? "";
    const rest = tables.list(place).filter(({ name }) => name > after);
    const names = rest.slice(0, limit).map(({ name }) => name);
    return { TableNames: names, ...(rest.length > limit ? { LastEvaluatedTableName: names.at(-1) } : {}) };
  },
  DescribeTimeToLive(call) {
    existing(call);
    return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
  },
  DescribeContinuousBackups(call) {
    existing(call);
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: "ENABLED",
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
      },
    };
  },
  TagResource(call) {
    const table = existing(call);
    const tags = { ...table.tags, ...readTags(call.input) };
    if (Object.keys(tags).length > TAGS_MAX) throw invalid(`The number of tags exceeds ${TAGS_MAX}`);
    call.tables.save({ ...table, tags });
  },
  UntagResource(call) {
    const table = existing(call);
    const removed = new Set(call.input.strings("TagKeys"));
    const kept = Object.entries(table.tags).filter(([key]) => !removed.has(key));
    call.tables.save({ ...table, tags: Object.fromEntries(kept) });
  },
  ListTagsOfResource(call) {
    return { Tags: Object.entries(existing(call).tags).map(([Key, Value]) => ({ Key, Value })) };
  },
};

function existing({ tables, place }: DynamodbCall): Table {
  const table = tables.find(place);
  if (!table) throw resourceNotFound(`: Table: ${place.name} not found`);
  return table;
}

function changeable(call: DynamodbCall): Table {
  const table = existing(call);
  const status = statusOf(table, call.cloud.now());
  if (status === "ACTIVE") return table;
  const doing = status === "CREATING" ? "created" : "updated";
  throw new AwsError(
    "ResourceInUseException",
    `Attempt to change a resource which is still in use: Table is being ${doing}: ${table.name}`,
    400,
  );
}

/** null when the table has none or it is off. */
function streamOf({ streams }: DynamodbCall, table: Table): ChangeStream | null {
  const stream = table.latestStreamArn === null ? null : streams.find(table.latestStreamArn);
  return stream?.disabledAt === null ? stream : null;
}

function refuseUnknown(input: JsonInput, action: string, members: readonly string[]): void {
  const found = members.find((member) => input.has(member));
  if (found) throw notImplemented("dynamodb", `${action} with ${found}`);
}

function readKeys(input: JsonInput): { partitionKey: KeyAttribute; sortKey: KeyAttribute | null } {
  const types = new Map(
    input
      .objects("AttributeDefinitions")
      .map((entry) => [
        entry.string("AttributeName"),
        entry.string("AttributeType", /^[SNB]$/) as KeyAttribute["type"],
      ]),
  );
  const schema = input
    .objects("KeySchema")
    .map((entry) => ({ name: entry.string("AttributeName"), kind: entry.string("KeyType", /^(HASH|RANGE)$/) }));
  if (schema[0]?.kind !== "HASH") {
    throw invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  if (schema.length > 2 || (schema[1] && schema[1].kind !== "RANGE")) {
    throw invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  }
  const [partitionKey, sortKey] = schema.map(({ name }) => {
    const type = types.get(name);
    if (!type) {
      throw invalid(
        `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${schema.map((key) => key.name).join(", ")}], AttributeDefinitions: [${[...types.keys()].join(", ")}]`,
      );
    }
    return { name, type };
  });
  if (!partitionKey || types.size !== schema.length) {
    throw invalid(
      "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    );
  }
  if (partitionKey.name === sortKey?.name) {
    throw invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name");
  }
  return { partitionKey, sortKey: sortKey ?? null };
}

function readBilling(input: JsonInput, table: Table | null): Pick<Table, "billingMode" | "readUnits" | "writeUnits"> {
  const mode = input.optionalString("BillingMode") ?? table?.billingMode ?? "PROVISIONED";
  if (mode === "PAY_PER_REQUEST") {
    if (input.has("ProvisionedThroughput")) {
      throw invalid(
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
      );
    }
    return { billingMode: mode, readUnits: 0, writeUnits: 0 };
  }
  if (mode !== "PROVISIONED") throw invalid(`Unknown BillingMode: ${mode}`);
  if (!input.has("ProvisionedThroughput") && table?.billingMode === "PROVISIONED") {
    return { billingMode: mode, readUnits: table.readUnits, writeUnits: table.writeUnits };
  }
  if (!input.has("ProvisionedThroughput")) {
    throw invalid(
      "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
  const units = input.object("ProvisionedThroughput");
  return {
    billingMode: mode,
    readUnits: units.number("ReadCapacityUnits", 1),
    writeUnits: units.number("WriteCapacityUnits", 1),
  };
}

/** null when no stream is wanted. */
function readStream(input: JsonInput): StreamViewType | null {
  const wanted = input.object("StreamSpecification");
  if (!wanted.boolean("StreamEnabled")) return null;
  return wanted.string("StreamViewType", /^(KEYS_ONLY|NEW_IMAGE|OLD_IMAGE|NEW_AND_OLD_IMAGES)$/) as StreamViewType;
}

function readTags(input: JsonInput): Record<string, string> {
  return Object.fromEntries(input.objects("Tags").map((tag) => [tag.string("Key"), tag.string("Value")]));
}
