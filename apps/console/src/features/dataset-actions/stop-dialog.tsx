"use client";
import { useMutation } from "@tanstack/react-query";
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
import { stopLines } from "./cli-lines.ts";
import type { DialogOf } from "./redrive-dialog.tsx";

export function StopDialog({ dataset, open, onOpenChange }: DialogOf) {
  const [target, setTarget] = useState<"ERROR" | "COMPLETE">("ERROR");
  const { runningTasks, waitingTasks } = dataset.datasetProgress;
  const stop = useMutation({
    mutationFn: () => client.stops.create({ dataset: dataset.datasetName, moveStoppedTasksTo: target }),
    onSuccess: () => {
      announce(`${dataset.datasetName} is stopping`);
      onOpenChange(false);
    },
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Stop ${dataset.datasetName}`}
      description={`${formatCount(runningTasks)} running tasks drain to a checkpoint, ${formatCount(waitingTasks)} waiting ones do not start. Nothing that was written is lost.`}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button look="danger" disabled={stop.isPending} onClick={() => stop.mutate()}>
            Stop dataset
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <Labelled
          label="Move stopped tasks to"
          hint={
            target === "ERROR"
              ? "They can be redriven later from their checkpoints."
              : "They count as completed and cannot be resumed."
          }
        >
          {(ids) => (
            <Select
              {...ids}
              value={target}
              onChange={(event) => setTarget(event.target.value === "COMPLETE" ? "COMPLETE" : "ERROR")}
            >
              <option value="ERROR">Errored</option>
              <option value="COMPLETE">Completed</option>
            </Select>
          )}
        </Labelled>
        {stop.isError ? <ProblemPanel thrown={stop.error} /> : null}
        <ActionLinesView lines={stopLines(window.location.origin, dataset.datasetName, target)} />
      </div>
    </Dialog>
  );
}
