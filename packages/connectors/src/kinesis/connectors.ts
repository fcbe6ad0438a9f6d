import type { ReadConnector, WriteConnector } from "@letsdata/plugin-kit/connector";
import type { ShardDefinition } from "../plan-shards.ts";
import { checkKinesisRead, checkKinesisWrite } from "./check-access.ts";
import type { KinesisReadConfig, KinesisWriteConfig } from "./config.ts";
import { kinesisReadPermissions, kinesisTargetReadPermissions, kinesisWritePermissions } from "./permissions.ts";
import { hasMoreShards, planStreamShards } from "./plan-stream-shards.ts";
import { provisionStream, removeStream } from "./provision.ts";
import { openKinesisReader } from "./reader.ts";
import { openKinesisWriter } from "./writer.ts";

export const kinesisReadConnector: ReadConnector<KinesisReadConfig, ShardDefinition> = {
  repeatsInOrder: true,
  permissions: kinesisReadPermissions,
  checkAccess: checkKinesisRead,
  planTasks: planStreamShards,
  plansMore: hasMoreShards,
  openReader: async (input) => openKinesisReader(input),
};

export const kinesisWriteConnector: WriteConnector<KinesisWriteConfig> = {
  permissions: kinesisWritePermissions,
  readPermissions: kinesisTargetReadPermissions,
  checkAccess: checkKinesisWrite,
  provision: provisionStream,
  remove: removeStream,
  openWriter: async (input) => openKinesisWriter(input),
};
