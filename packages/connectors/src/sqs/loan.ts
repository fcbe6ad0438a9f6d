import { Problem } from "@letsdata/plugin-kit/problems";
import type { RedriveLimit } from "./redrive-limit.ts";

/** What a trial took out of a queue and gave back. */
export interface Loan {
  /** How often each message was received until now, this time included. */
  readonly receiveCounts: readonly number[];
  /** Groups of a FIFO queue that hand out nothing more meanwhile. */
  readonly heldUp: boolean;
  readonly redrive: RedriveLimit | null;
}

/** A receive is never undone: a queue that allows one only would move every message the trial looked at. */
export function refuseLastReceive(arn: string, redrive: RedriveLimit | null): void {
  if (redrive === null || redrive.receivesMax > 1) return;
  const message = `The queue ${arn} moves a message to ${redrive.deadLetterQueue} after one receive, which a trial would use up: nothing was received.`;
  throw new Problem("TRIAL_REFUSED", message, { path: "readConnector.queueName" });
}

/** What the loan did to the queue, a sentence each, for people. */
export function loanNotes({ receiveCounts, heldUp, redrive }: Loan): readonly string[] {
  const count = receiveCounts.length;
  if (count === 0) return [];
  const notes = [
    count === 1
      ? "1 message was received and given back at once: it is visible to others and was not deleted. Its receive count rose by one."
      : `${count} messages were received and given back at once: they are visible to others and none was deleted. The receive count of each rose by one.`,
  ];
  if (heldUp) {
    notes.push(
      "A FIFO queue hands out no more messages of a group until those it gave are deleted: the trial took these.",
    );
  }
  if (redrive) {
    const { receivesMax, deadLetterQueue } = redrive;
    notes.push(
      `The queue moves a message to ${deadLetterQueue} after ${receivesMax} receives: the trial was one of them.`,
    );
    const last = receiveCounts.filter((times) => times >= receivesMax).length;
    if (last > 0) {
      notes.push(
        `${last === 1 ? "1 of the messages has" : `${last} of the messages have`} no receive left: the next one, by a trial or by a dataset, finds them moved to ${deadLetterQueue}.`,
      );
    }
  }
  return notes;
}
