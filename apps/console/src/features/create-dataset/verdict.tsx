import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle } from "lucide-react";
import type { Check } from "./use-check.ts";

/** One line on the whole draft. */
export function Verdict({ check, problems }: { readonly check: Check; readonly problems: number }) {
  const count = `${problems} problem${problems === 1 ? "" : "s"}`;
  const looks = {
    empty: { icon: CircleDashed, colour: "text-ink-soft", words: "Nothing written yet" },
    checking: { icon: LoaderCircle, colour: "text-ink-soft", words: "Checking…" },
    syntax: { icon: CircleAlert, colour: "text-bad", words: `Not JSON yet: ${count}` },
    invalid: { icon: CircleAlert, colour: "text-bad", words: count },
    failed: { icon: CircleAlert, colour: "text-bad", words: "The check did not run" },
    valid:
      problems > 0
        ? { icon: CircleAlert, colour: "text-bad", words: count }
        : { icon: CircleCheck, colour: "text-good", words: "Valid" },
  } as const;
  const unfinished = { icon: CircleDashed, colour: "text-ink-soft", words: "Not complete yet" };
  const { icon: Icon, colour, words } = check.state === "invalid" && problems === 0 ? unfinished : looks[check.state];
  return (
    <p role="status" className={`flex items-center gap-2 font-medium whitespace-nowrap ${colour}`}>
      <Icon aria-hidden className={`size-4 ${check.state === "checking" ? "motion-safe:animate-spin" : ""}`} />
      {words}
    </p>
  );
}
