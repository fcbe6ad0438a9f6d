import { expect, test } from "vitest";
import { loanNotes, refuseLastReceive } from "./loan.ts";

const redrive = { receivesMax: 3, deadLetterQueue: "dead" };

test("nothing received is nothing to tell", () => {
  expect(loanNotes({ receiveCounts: [], heldUp: false, redrive })).toEqual([]);
});

test("one message and several are told of in their own words", () => {
  const [one] = loanNotes({ receiveCounts: [1], heldUp: false, redrive: null });
  expect(one).toBe(
    "1 message was received and given back at once: it is visible to others and was not deleted. Its receive count rose by one.",
  );
  expect(loanNotes({ receiveCounts: [1, 1], heldUp: false, redrive: null })).toEqual([
    expect.stringMatching(
      /^2 messages were received and given back at once: .* The receive count of each rose by one\.$/,
    ),
  ]);
});

test("a dead-letter queue is named, and how many messages the next receive finds moved there", () => {
  const [, told, last] = loanNotes({ receiveCounts: [1, 3, 2], heldUp: false, redrive });
  expect(told).toBe("The queue moves a message to dead after 3 receives: the trial was one of them.");
  expect(last).toMatch(/^1 of the messages has no receive left/);
  expect(loanNotes({ receiveCounts: [2], heldUp: false, redrive })).toHaveLength(2);
});

test("only a queue that allows a single receive refuses a trial", () => {
  expect(() => refuseLastReceive("arn:q", { ...redrive, receivesMax: 1 })).toThrow(
    "The queue arn:q moves a message to dead after one receive",
  );
  refuseLastReceive("arn:q", { ...redrive, receivesMax: 2 });
  refuseLastReceive("arn:q", null);
});
