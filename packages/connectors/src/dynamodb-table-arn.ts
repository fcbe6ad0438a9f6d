import type { ResourceScope } from "@letsdata/plugin-kit/connector";

export function tableArn(tableName: string, { region, accountId }: ResourceScope): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${tableName}`;
}
