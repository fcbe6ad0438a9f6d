import { expect } from "vitest";
import type { TestInstallation } from "../../installation/start-installation.ts";
import { expectedOf } from "../numbered-lines.ts";
import { errorRecordIds, expectClosedBooks, expectSame } from "../outcome.ts";
import type { Round } from "./run-batch.ts";
import { sources } from "./sources.ts";
import type { Target } from "./targets.ts";

/**
 * Books are closed, every document is in the target, every failed record in the archive, nothing else is; each once, but where the
 * product itself says that its pair may repeat. Returns how many documents stand there more than once.
 */
export async function expectRound(installation: TestInstallation, round: Round, target: Target): Promise<number> {
  const { documents, skips, errors } = expectedOf(round.records);
  const { repeats } = sources[round.source];
  const { view } = await expectClosedBooks(installation, round.dataset, round.filled.tasks);
  const { documentsWritten, recordsSkipped, recordsErrored } = view.counts;
  const archived = await errorRecordIds(installation, round.dataset);
  if (repeats) {
    expect(documentsWritten).toBeGreaterThanOrEqual(documents.size);
    expect(recordsSkipped).toBeGreaterThanOrEqual(skips);
    expect(archived).toHaveLength(recordsErrored);
    expectSame([...new Set(archived)], errors, "error records");
  } else {
    expect({ documentsWritten, recordsSkipped, recordsErrored }).toEqual({
      documentsWritten: documents.size,
      recordsSkipped: skips,
      recordsErrored: errors.size,
    });
    expectSame(archived, errors, "error records");
  }
  const ids = await target.ids(installation, view);
  const distinct = [...new Set(ids)];
  const mayRepeat = view.delivery.guarantee === "at-least-once" && !target.dropsRepeats;
  expectSame(mayRepeat ? distinct : ids, documents, "documents");
  return ids.length - distinct.length;
}
