import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { CloudOperations } from "../cloud-operations.ts";

/** A cloud of a few facts: findings to report and archived objects by key. */
export class FakeCloud implements CloudOperations {
  readonly installationAccountId = "000000000001";
  readonly stage = "Test";
  readonly local = true;
  accessFindings: readonly ProblemDetail[] = [];
  readonly objects = new Map<string, string>();

  async createUserPrincipal(userId: string): Promise<string> {
    return `arn:aws:iam::${this.installationAccountId}:role/LetsDataUser_${userId.replaceAll("-", "")}`;
  }

  async checkAccess(): Promise<readonly ProblemDetail[]> {
    return this.accessFindings;
  }

  async readErrorFile(_archive: unknown, key: string): Promise<string> {
    const text = this.objects.get(key);
    if (text === undefined) throw new Problem("SOURCE_NOT_FOUND", `There is no object ${key}.`);
    return text;
  }
}
