"use client";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle, Wrench } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import type { SyntaxProblem } from "./read-draft.ts";
import type { Check } from "./use-check.ts";

export interface Notice {
  readonly path: string;
  readonly message: string;
}

export interface CheckPanelProps {
  readonly check: Check;
  readonly syntaxProblems: readonly SyntaxProblem[];
  readonly findings: readonly ProblemDetail[];
  readonly notices: readonly Notice[];
  readonly lineOfFinding: (finding: ProblemDetail) => number;
  readonly lineOfOffset: (offset: number) => number;
  readonly onGoToFinding: (finding: ProblemDetail) => void;
  readonly onGoToOffset: (offset: number) => void;
  readonly onRepair: () => void;
}

/** The verdict on the draft, every problem with a link to its line, and what was changed on the way in. */
export function CheckPanel(props: CheckPanelProps) {
  const { check, syntaxProblems, findings, notices } = props;
  return (
    <section aria-label="Check" className="space-y-3">
      <Verdict check={check} problems={syntaxProblems.length + findings.length} />
      {check.state === "failed" ? <ProblemPanel thrown={check.failure} onRetry={check.again} /> : null}
      {syntaxProblems.length > 0 ? (
        <>
          <ul className="divide-y divide-line border-y border-line">
            {syntaxProblems.slice(0, 20).map((problem) => (
              <ProblemRow
                key={`${problem.offset}:${problem.message}`}
                line={props.lineOfOffset(problem.offset)}
                message={problem.message}
                onOpen={() => props.onGoToOffset(problem.offset)}
              />
            ))}
          </ul>
          <Button onClick={props.onRepair}>
            <Wrench aria-hidden />
            Repair the JSON
          </Button>
        </>
      ) : null}
      {findings.length > 0 ? (
        <ul className="divide-y divide-line border-y border-line">
          {findings.map((finding) => (
            <ProblemRow
              key={`${finding.path}:${finding.code}:${finding.message}`}
              line={props.lineOfFinding(finding)}
              path={finding.path}
              message={finding.message}
              fix={finding.fix}
              onOpen={() => props.onGoToFinding(finding)}
            />
          ))}
        </ul>
      ) : null}
      {notices.length > 0 ? (
        <div>
          <h3 className="pb-1 text-[13px] font-medium text-ink-soft">Changed for you</h3>
          <ul aria-label="Changed for you" className="space-y-1.5 text-[13px]">
            {notices.map((notice) => (
              <li key={`${notice.path}:${notice.message}`} className="break-words text-ink-soft">
                {notice.path ? <span className="figures text-ink">{notice.path} </span> : null}
                {notice.message}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </section>
  );
}

function Verdict({ check, problems }: { readonly check: Check; readonly problems: number }) {
  const count = `${problems} problem${problems === 1 ? "" : "s"}`;
  const looks = {
    empty: { icon: CircleDashed, colour: "text-ink-soft", words: "Paste, drop or write a dataset JSON" },
    checking: { icon: LoaderCircle, colour: "text-ink-soft", words: "Checking…" },
    syntax: { icon: CircleAlert, colour: "text-bad", words: `Not JSON yet: ${count}` },
    invalid: { icon: CircleAlert, colour: "text-bad", words: count },
    failed: { icon: CircleAlert, colour: "text-bad", words: "The check did not run" },
    valid:
      problems > 0
        ? { icon: CircleAlert, colour: "text-bad", words: count }
        : { icon: CircleCheck, colour: "text-good", words: "Valid" },
  } as const;
  const { icon: Icon, colour, words } = looks[check.state];
  return (
    <p role="status" className={`flex items-center gap-2 font-medium ${colour}`}>
      <Icon aria-hidden className={`size-4 ${check.state === "checking" ? "motion-safe:animate-spin" : ""}`} />
      {words}
    </p>
  );
}

function ProblemRow({
  line,
  path,
  message,
  fix,
  onOpen,
}: {
  readonly line: number;
  readonly path?: string;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly onOpen: () => void;
}) {
  return (
    <li className="py-2 text-[13px]">
      <button type="button" onClick={onOpen} className="block w-full text-left hover:[&_.line]:underline">
        <span className="line figures text-accent">Line {line}</span>
        {path ? <span className="figures break-all"> {path}</span> : null}
        <span className="block break-words">{message}</span>
      </button>
      {fix ? <p className="break-words text-ink-soft">{fix}</p> : null}
    </li>
  );
}
