"use client";
import { ProblemPanel } from "../../ui/problem-panel.tsx";

export default function PageError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div className="mx-auto w-full max-w-2xl px-4 pt-[12dvh]">
      <ProblemPanel thrown={error} title="This page could not be shown" onRetry={retry} />
    </div>
  );
}
