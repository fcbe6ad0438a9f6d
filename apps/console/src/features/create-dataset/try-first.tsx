"use client";
import { FlaskConical, Square } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/input.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Findings } from "./access-checklist.tsx";
import { Estimate } from "./estimate.tsx";
import { TriedRecords } from "./tried-records.tsx";
import { useTry } from "./use-try.ts";

const amounts = [5, 20, 100];

/** Runs the handler on the first records of the source; nothing is made, written or deleted. */
export function TryFirst({ config, ready }: { readonly config: unknown; readonly ready: boolean }) {
  const [records, setRecords] = useState(20);
  const amountId = useId();
  const attempt = useTry(config);
  const { result, problem } = attempt;
  const isSpark = runsSpark(config);
  return (
    <section aria-label="Try it first" className="space-y-4">
      <div className="space-y-2">
        <h3 className="font-medium">Try it first</h3>
        <p className="text-[13px] text-ink-soft">
          {isSpark
            ? "Spark steps read and write by themselves, so they cannot be tried without writing. Create the dataset over one small object and under a key prefix of its own to see what they do."
            : "Runs your handler in the sandbox on the first records of the source. Nothing is made, written or deleted; a queue has its messages back at once."}
        </p>
        <div className="flex flex-wrap items-center gap-2">
          <label htmlFor={amountId} className="sr-only">
            How many records
          </label>
          <span className="w-36">
            <Select id={amountId} value={records} onChange={(event) => setRecords(Number(event.target.value))}>
              {amounts.map((amount) => (
                <option key={amount} value={amount}>
                  {amount} records
                </option>
              ))}
            </Select>
          </span>
          <Button disabled={!ready || isSpark || attempt.running} onClick={() => attempt.begin(records)}>
            <FlaskConical aria-hidden />
            {attempt.running ? "Trying…" : "Try it"}
          </Button>
          {attempt.running && attempt.canEnd ? (
            <Button look="quiet" onClick={attempt.end}>
              <Square aria-hidden />
              End the trial
            </Button>
          ) : null}
        </div>
      </div>
      <div aria-live="polite" className="space-y-4">
        {attempt.failure ? <ProblemPanel thrown={attempt.failure} title="The trial did not run" /> : null}
        {problem ? (
          <div className="space-y-2">
            <p className="font-medium break-words text-bad">{problem.message}</p>
            <Findings findings={problem.errors} />
          </div>
        ) : null}
        {result ? (
          <>
            <TriedRecords result={result} />
            <Estimate estimate={result.estimate} />
          </>
        ) : null}
      </div>
    </section>
  );
}

function runsSpark(config: unknown): boolean {
  const { computeEngine } = (config ?? {}) as { readonly computeEngine?: { readonly computeEngineType?: unknown } };
  return computeEngine?.computeEngineType === "SPARK";
}
