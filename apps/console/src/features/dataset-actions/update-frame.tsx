"use client";
import type { ConfigChangeDto } from "@letsdata/api/contract/update-dataset";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { ConfigChanges } from "../../ui/config-changes.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { announce } from "../../ui/toasts.tsx";
import { ActionLinesView } from "./action-lines.tsx";
import type { ActionLines } from "./cli-lines.ts";

/** `proposal` is what would be sent, as text: differences count only for what they were shown for. */
export interface UpdateProps {
  readonly datasetName: string;
  readonly title: string;
  readonly proposal: string;
  readonly canSend: boolean;
  readonly send: (dryRun: boolean) => Promise<{ readonly changes: readonly ConfigChangeDto[] }>;
  readonly lines: ActionLines;
  /** What an update does that leaves the configuration as it is; absent where it does nothing. */
  readonly unchanged?: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly children: ReactNode;
}

/** Shows what would change before anything does: the update can be asked for once its differences are shown. */
export function UpdateFrame(props: UpdateProps) {
  const { datasetName, proposal, send, onOpenChange } = props;
  const [previewed, setPreviewed] = useState("");
  const preview = useMutation({ mutationFn: () => send(true), onMutate: () => setPreviewed(proposal) });
  const update = useMutation({
    mutationFn: () => send(false),
    onMutate: () => setPreviewed(proposal),
    onSuccess: () => {
      announce(`${datasetName} is being updated`);
      onOpenChange(false);
    },
  });
  const current = previewed === proposal;
  const failure = current ? (update.error ?? preview.error) : null;
  const changes = current ? preview.data?.changes : undefined;
  const answer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (changes || failure) answer.current?.scrollIntoView({ block: "nearest" });
  }, [changes, failure]);
  return (
    <Dialog
      open={props.open}
      onOpenChange={onOpenChange}
      wide
      title={props.title}
      description="Access is checked and the handler loaded first. If that fails, everything stays as it is."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button disabled={!props.canSend || preview.isPending} onClick={() => preview.mutate()}>
            {preview.isPending ? "Comparing…" : "Show changes"}
          </Button>
          <Button look="primary" disabled={!changes || update.isPending} onClick={() => update.mutate()}>
            {update.isPending ? "Updating…" : "Update"}
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        {props.children}
        <div ref={answer} aria-live="polite">
          {changes && (changes.length > 0 || !props.unchanged) ? (
            <ConfigChanges caption="What changes" changes={changes} />
          ) : changes ? (
            <p>{props.unchanged}</p>
          ) : null}
          {failure ? <ProblemPanel thrown={failure} /> : null}
        </div>
        <ActionLinesView lines={props.lines} />
      </div>
    </Dialog>
  );
}
