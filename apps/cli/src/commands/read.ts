import type { Command } from "commander";
import { addReadDynamodbCommands } from "../read/read-dynamodb.ts";
import { addReadKinesisCommands } from "../read/read-kinesis.ts";
import { addReadS3Commands } from "../read/read-s3.ts";
import { addReadSqsCommand } from "../read/read-sqs.ts";
import type { Surroundings } from "../session.ts";

/** Reader tools: what LetsData wrote, read with the customer's own keys through the customer access role. */
export function addReadCommands(program: Command, surroundings: Surroundings): void {
  const read = program.command("read").description("read back what a dataset wrote");
  addReadKinesisCommands(read.command("kinesis").description("shards and records of a stream"), surroundings);
  addReadS3Commands(read.command("s3").description("objects of a bucket"), surroundings);
  addReadSqsCommand(read, surroundings);
  addReadDynamodbCommands(read.command("dynamodb").description("items of a table"), surroundings);
}
