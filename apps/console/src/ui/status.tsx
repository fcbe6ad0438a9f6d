import { type DatasetStatus, type StatusGroup, statusGroupOf, type TaskStatus } from "@letsdata/dataset/lifecycle";
import {
  Archive,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleDotDashed,
  Clock3,
  LoaderCircle,
  type LucideIcon,
  RotateCw,
} from "lucide-react";
import { Tooltip } from "./tooltip.tsx";

interface Look {
  readonly icon: LucideIcon;
  readonly colour: string;
  readonly turns?: boolean;
}

const groupLooks: Record<StatusGroup, Look> = {
  "Setting up": { icon: CircleDotDashed, colour: "text-ink-soft" },
  Running: { icon: LoaderCircle, colour: "text-busy", turns: true },
  Done: { icon: CircleCheck, colour: "text-good" },
  "Needs attention": { icon: CircleAlert, colour: "text-bad" },
  "Put away": { icon: Archive, colour: "text-ink-faint" },
};

const taskLooks: Record<TaskStatus, Look & { readonly word: string }> = {
  CREATED: { icon: CircleDashed, colour: "text-ink-faint", word: "Created" },
  QUEUED: { icon: Clock3, colour: "text-ink-soft", word: "Queued" },
  RUNNING: { icon: LoaderCircle, colour: "text-busy", turns: true, word: "Running" },
  COMPLETED: { icon: CircleCheck, colour: "text-good", word: "Completed" },
  ERRORED: { icon: CircleAlert, colour: "text-bad", word: "Errored" },
  RERUN: { icon: RotateCw, colour: "text-ink-soft", word: "To rerun" },
};

function Mark({ look, word }: { readonly look: Look; readonly word: string }) {
  const Icon = look.icon;
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${look.colour}`}>
      <Icon
        aria-hidden
        className={`size-4 shrink-0 ${look.turns ? "motion-safe:animate-[spin_2.4s_linear_infinite]" : ""}`}
      />
      {word}
    </span>
  );
}

/** The plain group in words; the exact status on hover and for screen readers. */
export function DatasetStatusMark({ status }: { readonly status: DatasetStatus }) {
  const group = statusGroupOf(status);
  return (
    <Tooltip text={<span className="figures">{status}</span>}>
      <span>
        <Mark look={groupLooks[group]} word={group} />
        <span className="sr-only">, {status}</span>
      </span>
    </Tooltip>
  );
}

export function TaskStatusMark({ status }: { readonly status: TaskStatus }) {
  return <Mark look={taskLooks[status]} word={taskLooks[status].word} />;
}

export function taskStatusWord(status: TaskStatus): string {
  return taskLooks[status].word;
}
