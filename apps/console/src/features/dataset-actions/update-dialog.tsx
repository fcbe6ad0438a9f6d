"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../api/api.ts";
import { Button } from "../../ui/button.tsx";
import { ConfigChanges } from "../../ui/config-changes.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, TextArea } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { announce } from "../../ui/toasts.tsx";
import { ActionLinesView } from "./action-lines.tsx";
import { updateCodeLines, updateComputeLines } from "./cli-lines.ts";
import type { DialogOf } from "./redrive-dialog.tsx";

type What = "code" | "compute";

/** Shows what would change before anything does: the second button comes with the differences. */
export function UpdateDialog({ dataset, what, open, onOpenChange }: DialogOf & { readonly what: What }) {
  const { datasetName } = dataset;
  const current = startOf(dataset, what);
  const [text, setText] = useState(current.text);
  const [role, setRole] = useState(current.role);
  const send = (dryRun: boolean) => {
    if (what === "compute") {
      return client.datasets.updateCompute({ dataset: datasetName, computeEngine: JSON.parse(text), dryRun });
    }
    const accessGrantRoleArn = role === "" ? {} : { accessGrantRoleArn: role };
    return client.datasets.updateCode({
      dataset: datasetName,
      artifactFileS3Link: text,
      ...accessGrantRoleArn,
      dryRun,
    });
  };
  const preview = useMutation({ mutationFn: () => send(true) });
  const update = useMutation({
    mutationFn: () => send(false),
    onSuccess: () => {
      announce(`${datasetName} is being updated`);
      onOpenChange(false);
    },
  });
  const edit = (set: (value: string) => void) => (event: { readonly target: { readonly value: string } }) => {
    set(event.target.value);
    preview.reset();
  };
  const origin = window.location.origin;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={what === "code" ? `Update the code of ${datasetName}` : `Update the compute engine of ${datasetName}`}
      description="Access is checked and the handler loaded first. If that fails, everything stays as it is."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button disabled={preview.isPending} onClick={() => preview.mutate()}>
            Show changes
          </Button>
          <Button disabled={!preview.isSuccess || update.isPending} onClick={() => update.mutate()}>
            Update
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {what === "code" ? (
          <>
            <Labelled label="Artifact" hint="The same address loads the object as it is now.">
              {(ids) => <Input {...ids} value={text} onChange={edit(setText)} />}
            </Labelled>
            <Labelled label="Access grant role" hint="Role LetsData assumes for what you own.">
              {(ids) => <Input {...ids} value={role} onChange={edit(setRole)} />}
            </Labelled>
          </>
        ) : (
          <Labelled label="Compute engine" hint="JSON; change what should change.">
            {(ids) => <TextArea {...ids} rows={10} value={text} onChange={edit(setText)} />}
          </Labelled>
        )}
        {preview.data ? <ConfigChanges caption="What changes" changes={preview.data.changes} /> : null}
        {preview.isError ? <ProblemPanel thrown={preview.error} /> : null}
        {update.isError ? <ProblemPanel thrown={update.error} /> : null}
        <ActionLinesView
          lines={
            what === "code" ? updateCodeLines(origin, datasetName, text) : updateComputeLines(origin, datasetName, text)
          }
        />
      </div>
    </Dialog>
  );
}

function startOf({ config }: DialogOf["dataset"], what: What): { readonly text: string; readonly role: string } {
  if (what === "compute") return { text: JSON.stringify(config.computeEngine, null, 2), role: "" };
  const read = config.readConnector as { readonly artifactFileS3Link?: string } | undefined;
  const role = typeof config.accessGrantRoleArn === "string" ? config.accessGrantRoleArn : "";
  return { text: read?.artifactFileS3Link ?? "", role };
}
