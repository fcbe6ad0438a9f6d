"use client";
import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import type { RedrivePolicy } from "@letsdata/dataset/lifecycle";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../api/api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatCount } from "../../ui/format.ts";
import { Select } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { announce } from "../../ui/toasts.tsx";
import { ActionLinesView } from "./action-lines.tsx";
import { redriveLines } from "./cli-lines.ts";

const policies: Record<RedrivePolicy, { readonly text: string; readonly effect: string }> = {
  RESUME_FROM_CHECKPOINT: {
    text: "Resume from the checkpoint",
    effect: "Each task goes on after the last record it finished.",
  },
  RESTART_FROM_BEGINNING: {
    text: "Restart from the beginning",
    effect: "Each task starts over; its progress counts from zero and documents are written again.",
  },
  ERROR_RECORDS_ONLY: {
    text: "Error records only",
    effect: "Only the archived error records are read again, with the current code.",
  },
};

export function RedriveDialog({ dataset, open, onOpenChange }: DialogOf) {
  const [policy, setPolicy] = useState<RedrivePolicy>(dataset.allowedRedrivePolicies[0] ?? "RESUME_FROM_CHECKPOINT");
  const input = { dataset: dataset.datasetName, selection: "ALL_ERRORED" as const, policy };
  const preview = useQuery({
    queryKey: ["redrive-preview", dataset.datasetId, policy, dataset.updateDatetime],
    queryFn: () => client.redrives.create({ ...input, dryRun: true }),
    enabled: open,
  });
  const redrive = useMutation({
    mutationFn: () => client.redrives.create(input),
    onSuccess: ({ matchingTasks }) => {
      announce(`${formatCount(matchingTasks)} task${matchingTasks === 1 ? "" : "s"} will run again`);
      onOpenChange(false);
    },
  });
  const matching = preview.data?.matchingTasks;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Redrive ${dataset.datasetName}`}
      description="Runs errored tasks again."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button look="primary" disabled={redrive.isPending || !matching} onClick={() => redrive.mutate()}>
            {matching === undefined ? "Redrive" : `Redrive ${formatCount(matching)} task${matching === 1 ? "" : "s"}`}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <Labelled label="Policy" hint={policies[policy].effect}>
          {(ids) => (
            <Select {...ids} value={policy} onChange={(event) => setPolicy(event.target.value as RedrivePolicy)}>
              {dataset.allowedRedrivePolicies.map((entry) => (
                <option key={entry} value={entry}>
                  {policies[entry].text}
                </option>
              ))}
            </Select>
          )}
        </Labelled>
        <p aria-live="polite">
          {matching === undefined
            ? "Counting the tasks…"
            : matching === 0
              ? "No task matches."
              : `${formatCount(matching)} task${matching === 1 ? "" : "s"} would run again.`}
        </p>
        {preview.isError ? <ProblemPanel thrown={preview.error} /> : null}
        {redrive.isError ? <ProblemPanel thrown={redrive.error} /> : null}
        <ActionLinesView lines={redriveLines(window.location.origin, dataset.datasetName, policy)} />
      </div>
    </Dialog>
  );
}

export interface DialogOf {
  readonly dataset: DatasetViewDto;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}
