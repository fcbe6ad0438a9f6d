import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { CloudOperations } from "../cloud-operations.ts";

/** A cloud of a few facts: findings to report and archived objects by key. */
export class FakeCloud implements CloudOperations {
  readonly installationAccountId = "000000000001";
  readonly stage = "Test";
  readonly local = true;
  readonly permissions = {
    permissionsOf: () => [
      { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::flights/*"], reason: "Read the files" },
    ],
    objectPermissions: (uri: string, reason: string) => [
      { actions: ["s3:GetObject"], resources: [uri.replace("s3://", "arn:aws:s3:::")], reason },
    ],
  };
  readonly runtimes = {
    readDestinations: ["S3"],
    readerTypes: ["SINGLEFILEREADER"],
    writeDestinations: ["S3", "KINESIS"],
    errorDestinations: ["S3"],
    computeEngines: ["LAMBDA"],
    languages: ["JAVASCRIPT"],
    images: false,
    managedEndpoints: false,
    managedClusters: false,
  };
  accessFindings: readonly AccessFinding[] = [];
  readonly objects = new Map<string, string>();

  async createUserPrincipal(userId: string): Promise<string> {
    return `arn:aws:iam::${this.installationAccountId}:role/LetsDataUser_${userId.replaceAll("-", "")}`;
  }

  async checkAccess(): Promise<readonly AccessFinding[]> {
    return this.accessFindings;
  }

  async *listObjects({ prefix }: { readonly prefix: string }) {
    for (const [key, text] of this.objects) if (key.startsWith(prefix)) yield { key, bytes: text.length };
  }

  async readErrorFile(_archive: unknown, key: string): Promise<string> {
    const text = this.objects.get(key);
    if (text === undefined) throw new Problem("SOURCE_NOT_FOUND", `There is no object ${key}.`);
    return text;
  }
}
