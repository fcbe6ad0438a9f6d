"use client";
import { Wrench } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { ChangedForYou, type Notice } from "./changed-for-you.tsx";
import { type ListedProblem, ProblemList } from "./problem-list.tsx";
import type { Check } from "./use-check.ts";

export interface CheckPanelProps {
  readonly check: Check;
  readonly problems: readonly ListedProblem[];
  readonly notices: readonly Notice[];
  /** Set while the text is not JSON. */
  readonly onRepair: (() => void) | undefined;
}

/** Every problem of the draft with a link to its place, and what was changed on the way in. */
export function CheckPanel({ check, problems, notices, onRepair }: CheckPanelProps) {
  if (check.state !== "failed" && problems.length === 0 && notices.length === 0) return null;
  return (
    <section aria-label="Check" className="space-y-3">
      {check.state === "failed" ? <ProblemPanel thrown={check.failure} onRetry={check.again} /> : null}
      {problems.length > 0 ? <ProblemList problems={problems} /> : null}
      {onRepair ? (
        <Button onClick={onRepair}>
          <Wrench aria-hidden />
          Repair the JSON
        </Button>
      ) : null}
      <ChangedForYou notices={notices} />
    </section>
  );
}
