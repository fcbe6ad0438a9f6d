"use client";
import type { AccessPolicyDto } from "@letsdata/api/contract/access-policy-dto";
import { useMutation } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, KeyRound, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { client } from "../../api/api.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

/** What must be granted, how to grant it, and a real try of it. */
export function AccessStep({ config, ready }: { readonly config: unknown; readonly ready: boolean }) {
  const [open, setOpen] = useState(false);
  const policy = useMutation({ mutationFn: () => client.datasets.accessPolicy(config) });
  const check = useMutation({ mutationFn: () => client.datasets.checkAccess(config) });
  return (
    <section aria-label="Access" className="space-y-3">
      <h2 className="font-medium">Access</h2>
      <p className="text-[13px] text-ink-soft">
        What you own is reached through a role of yours, and only with your user id as external id.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button
          disabled={!ready}
          onClick={() => {
            setOpen(true);
            policy.mutate();
          }}
        >
          <KeyRound aria-hidden />
          What access policy do I need?
        </Button>
        <Button disabled={!ready || check.isPending} onClick={() => check.mutate()}>
          <ShieldCheck aria-hidden />
          {check.isPending ? "Checking access…" : "Check access"}
        </Button>
      </div>
      <div aria-live="polite">
        {check.isError ? <ProblemPanel thrown={check.error} /> : null}
        {check.data?.passed ? (
          <p className="flex items-center gap-2 font-medium text-good">
            <CircleCheck aria-hidden className="size-4" />
            Every resource answered
          </p>
        ) : null}
        {check.data && !check.data.passed ? (
          <ul className="divide-y divide-line border-y border-line text-[13px]">
            {check.data.errors.map((finding) => (
              <li key={`${finding.path}:${finding.message}`} className="flex gap-2 py-2">
                <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
                <span className="min-w-0">
                  <span className="figures break-all">{finding.path}</span>
                  <span className="block break-words">{finding.message}</span>
                  {finding.fix ? <span className="block break-words text-ink-soft">{finding.fix}</span> : null}
                </span>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        wide
        title="Access policy"
        description="The least that this dataset needs, made from the JSON as it is now."
      >
        {policy.isError ? (
          <ProblemPanel thrown={policy.error} onRetry={() => policy.mutate()} />
        ) : policy.data ? (
          <Policy answer={policy.data} />
        ) : (
          <Skeleton className="h-64" />
        )}
      </Dialog>
    </section>
  );
}

function Policy({ answer }: { readonly answer: AccessPolicyDto }) {
  return (
    <div className="space-y-6">
      {answer.needsRole ? null : <p>Nothing of yours is touched: no role is needed.</p>}
      <div>
        <h3 className="pb-2 font-medium">What is touched</h3>
        <ul className="divide-y divide-line border-y border-line">
          {answer.checklist.map((item) => (
            <li
              key={`${item.component}:${item.reason}:${item.resources.join()}`}
              className="grid gap-x-4 gap-y-1 py-2 sm:grid-cols-[10rem_1fr]"
            >
              <span>
                {item.component}
                <span className="block text-[13px] text-ink-soft">
                  {item.resourceLocation === "Customer" ? "yours" : "LetsData's"}
                </span>
              </span>
              <span className="min-w-0">
                {item.reason}
                {item.resources.map((resource) => (
                  <span key={resource} className="figures block break-all">
                    {resource}
                  </span>
                ))}
                <span className="figures block break-words text-ink-soft">{item.actions.join(", ")}</span>
              </span>
            </li>
          ))}
        </ul>
      </div>
      {answer.needsRole ? (
        <>
          <CodeBlock
            label={`Policy ${answer.policyName}`}
            fileName={`${answer.policyName}.json`}
            value={JSON.stringify(answer.policy, null, 2)}
          />
          <CodeBlock
            label={`Trust policy of ${answer.roleName}`}
            fileName={`${answer.roleName}-trust.json`}
            value={JSON.stringify(answer.trustPolicy, null, 2)}
          />
          <CodeBlock label="Commands that grant it" value={answer.commands.join("\n")} />
        </>
      ) : null}
    </div>
  );
}
