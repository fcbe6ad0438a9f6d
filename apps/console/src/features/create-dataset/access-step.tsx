"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, KeyRound, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { api, client } from "../../api/api.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { AccessChecklist, Findings } from "./access-checklist.tsx";
import { AccessDocuments } from "./access-documents.tsx";

export interface AccessProps {
  readonly config: unknown;
  /** True while `config` has no problem. */
  readonly ready: boolean;
}

/** Beside the JSON: the policy in a dialog, the check with its findings. */
export function AccessBeside({ config, ready }: AccessProps) {
  const [open, setOpen] = useState(false);
  const policy = usePolicy(config, ready && open);
  const check = useAccessCheck(config);
  return (
    <section aria-label="Access" className="space-y-3">
      <h2 className="font-medium">Access</h2>
      <p className="text-[13px] text-ink-soft">
        What you own is reached through a role of yours, and only with your user id as external id.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button disabled={!ready} onClick={() => setOpen(true)}>
          <KeyRound aria-hidden />
          What access policy do I need?
        </Button>
        <CheckButton check={check} ready={ready} />
      </div>
      <CheckVerdict check={check} />
      {check.data ? <Findings findings={check.data.errors} /> : null}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        wide
        title="Access policy"
        description="The least that this dataset needs, made from the JSON as it is now."
      >
        {policy.isError ? (
          <ProblemPanel thrown={policy.error} onRetry={() => void policy.refetch()} />
        ) : policy.data ? (
          <div className="space-y-6">
            <AccessChecklist checklist={policy.data.checklist} check={check.data} />
            <AccessDocuments answer={policy.data} />
          </div>
        ) : (
          <Skeleton className="h-64" />
        )}
      </Dialog>
    </section>
  );
}

/** The Access step: the same, whole on the page; before there is a role, made for the name it would have. */
export function AccessStep({
  config,
  ready,
  proposedRole,
  onRole,
}: AccessProps & {
  /** Set while nothing but the role is missing. */
  readonly proposedRole: string | undefined;
  readonly onRole: (arn: string) => void;
}) {
  const asked = proposedRole && typeof config === "object" ? { ...config, accessGrantRoleArn: proposedRole } : config;
  const policy = usePolicy(asked, ready || proposedRole !== undefined);
  const check = useAccessCheck(config);
  if (!ready && proposedRole === undefined)
    return (
      <p className="max-w-xl rounded-md bg-surface p-3 text-ink-soft">
        The checklist, the policies and the commands stand here as soon as the other steps have no problems.
      </p>
    );
  return (
    <div className="max-w-3xl space-y-6">
      {proposedRole ? (
        <div className="space-y-2 rounded-md bg-surface p-3">
          <p>Grant access to a role with the commands below, then name it here.</p>
          <Button className="h-auto py-1.5 whitespace-normal" onClick={() => onRole(proposedRole)}>
            <span className="break-all">Use {proposedRole}</span>
          </Button>
        </div>
      ) : (
        <section aria-label="Check of the access" className="space-y-3">
          <CheckButton check={check} ready={ready} />
          <CheckVerdict check={check} />
        </section>
      )}
      {policy.isError ? (
        <ProblemPanel thrown={policy.error} onRetry={() => void policy.refetch()} />
      ) : policy.data ? (
        <>
          <AccessChecklist checklist={policy.data.checklist} check={check.data} />
          <AccessDocuments answer={policy.data} />
        </>
      ) : (
        <Skeleton className="h-64" />
      )}
    </div>
  );
}

function usePolicy(config: unknown, enabled: boolean) {
  return useQuery({
    ...api.datasets.accessPolicy.queryOptions({ input: config }),
    queryKey: ["access-policy", JSON.stringify(config)],
    enabled,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
}

/** The answer counts for the configuration it was given for. */
function useAccessCheck(config: unknown) {
  const check = useMutation({
    mutationFn: async () => {
      const answer = await client.datasets.checkAccess(config);
      return { answer, of: JSON.stringify(config) };
    },
  });
  const current = check.data && check.data.of === JSON.stringify(config) ? check.data.answer : undefined;
  return { run: () => check.mutate(), isPending: check.isPending, error: check.error, data: current };
}
type AccessCheck = ReturnType<typeof useAccessCheck>;

function CheckButton({ check, ready }: { readonly check: AccessCheck; readonly ready: boolean }) {
  return (
    <Button disabled={!ready || check.isPending} onClick={check.run}>
      <ShieldCheck aria-hidden />
      {check.isPending ? "Checking access…" : "Check access"}
    </Button>
  );
}

function CheckVerdict({ check }: { readonly check: AccessCheck }) {
  return (
    <div aria-live="polite">
      {check.error ? <ProblemPanel thrown={check.error} /> : null}
      {check.data?.passed ? (
        <p className="flex items-center gap-2 font-medium text-good">
          <CircleCheck aria-hidden className="size-4" />
          Every resource answered
        </p>
      ) : null}
      {check.data && !check.data.passed ? (
        <div className="space-y-2">
          <p className="font-medium text-bad">
            {check.data.errors.length === 1 ? "1 call failed" : `${check.data.errors.length} calls failed`}
          </p>
          {check.data.missing ? (
            <CodeBlock
              label="What the role's policy lacks"
              fileName="missing-policy.json"
              value={JSON.stringify(check.data.missing, null, 2)}
              maxHeight={240}
            />
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
