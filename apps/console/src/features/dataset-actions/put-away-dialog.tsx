"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../api/api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { announce } from "../../ui/toasts.tsx";
import { ActionLinesView } from "./action-lines.tsx";
import { deleteLines } from "./cli-lines.ts";
import type { DialogOf } from "./redrive-dialog.tsx";

export type PutAwayType = "DESCALE" | "FREEZE" | "DELETE";

const words: Record<PutAwayType, { readonly verb: string; readonly effect: string }> = {
  DESCALE: {
    verb: "Descale",
    effect:
      "What LetsData made shrinks to its smallest size: functions stop, streams go to one shard. Data, tasks, logs and metrics are kept; a redrive scales up again.",
  },
  FREEZE: {
    verb: "Freeze",
    effect:
      "Functions, endpoints, secrets and intermediate data are removed. Written data, tasks, logs and metrics are kept. A frozen dataset cannot run again.",
  },
  DELETE: {
    verb: "Delete",
    effect:
      "Everything LetsData made for this dataset is removed, with the data in it: output, error records, tasks, logs and metrics. What is yours stays as it is. This cannot be undone.",
  },
};

export function PutAwayDialog({ dataset, open, onOpenChange, type }: DialogOf & { readonly type: PutAwayType }) {
  const [typed, setTyped] = useState("");
  const { verb, effect } = words[type];
  const remove = useMutation({
    mutationFn: () => client.datasets.delete({ params: { dataset: dataset.datasetName }, query: { type } }),
    onSuccess: () => {
      announce(`${verb} of ${dataset.datasetName} has begun`);
      onOpenChange(false);
    },
  });
  const sure = type !== "DELETE" || typed === dataset.datasetName;
  const ours = dataset.resources.filter((resource) => resource.resourceLocation === "LetsData");
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`${verb} ${dataset.datasetName}`}
      description={effect}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button look="danger" disabled={!sure || remove.isPending} onClick={() => remove.mutate()}>
            {verb} dataset
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {ours.length > 0 ? (
          <div>
            <h3 className="pb-1 text-[13px] font-medium">Resources of LetsData</h3>
            <ul className="space-y-0.5">
              {ours.map((resource) => (
                <li key={resource.arn} className="figures break-all text-ink-soft">
                  {resource.arn}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        {type === "DELETE" ? (
          <Labelled label={`Type ${dataset.datasetName} to confirm`}>
            {(ids) => (
              <Input
                {...ids}
                value={typed}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Labelled>
        ) : null}
        {remove.isError ? <ProblemPanel thrown={remove.error} /> : null}
        <ActionLinesView lines={deleteLines(window.location.origin, dataset.datasetName, type)} />
      </div>
    </Dialog>
  );
}
