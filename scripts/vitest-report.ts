import { readFileSync } from "node:fs";
import { relative } from "node:path";

/** What vitest's json reporter writes, as far as it is read here. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    /** Why the file could not be loaded; else empty. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** A line for each test that failed and each file that could not be loaded, with the first line of why. */
export function failuresIn(report: VitestReport, repositoryDir: string): readonly string[] {
  return report.testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(repositoryDir, name);
    const failed = assertionResults.filter(({ status }) => status === "failed");
    if (failed.length === 0 && message) return [`${file}: ${firstLine(message)}`];
    return failed.map(({ ancestorTitles, title, failureMessages = [] }) =>
      [file, ...ancestorTitles, `${title}: ${firstLine(failureMessages[0] ?? "")}`].join(" > "),
    );
  });
}

/** Null where there is none, or not a whole one. */
export function readReport<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return null;
  }
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}
