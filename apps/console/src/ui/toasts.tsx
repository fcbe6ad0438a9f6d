"use client";
import { Toaster, toast } from "sonner";
import { problemOf } from "./problem.ts";

export function Toasts() {
  return (
    <Toaster
      position="bottom-right"
      gap={8}
      toastOptions={{
        classNames: {
          toast: "!bg-raised !text-ink !border-line !shadow-soft !rounded-md !font-sans",
          description: "!text-ink-soft",
        },
      }}
    />
  );
}

export function announce(message: string): void {
  toast.success(message);
}

/** Says what happened, what to do, and the problem code. */
export function announceProblem(thrown: unknown): void {
  const problem = problemOf(thrown);
  toast.error(problem.message, {
    description: problem.fix ? `${problem.fix} (${problem.code})` : problem.code,
    duration: 10_000,
  });
}
