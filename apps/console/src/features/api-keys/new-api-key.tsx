"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../api/api.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, Select } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";

const dayMilliseconds = 86_400_000;

export function NewApiKey({
  open,
  onOpenChange,
  onMade,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onMade: () => void;
}) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<"read" | "all">("read");
  const [days, setDays] = useState("90");
  const make = useMutation({
    mutationFn: () =>
      client.apiKeys.create({
        name: name.trim(),
        scope,
        ...(days === "" ? {} : { expires: Date.now() + Number(days) * dayMilliseconds }),
      }),
    onSuccess: onMade,
  });
  const close = (next: boolean) => {
    if (!next) {
      make.reset();
      setName("");
    }
    onOpenChange(next);
  };
  if (make.data) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title={`Key ${make.data.name}`}
        description="Copy it now: it is not shown again."
        footer={
          <Button look="primary" onClick={() => close(false)}>
            Done
          </Button>
        }
      >
        <CodeBlock label="API key" value={make.data.key} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title="Create API key"
      footer={
        <>
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button look="primary" disabled={name.trim() === "" || make.isPending} onClick={() => make.mutate()}>
            Create key
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <Labelled label="Name" hint="Where it is used, so that you know it again.">
          {(ids) => <Input {...ids} value={name} maxLength={64} onChange={(event) => setName(event.target.value)} />}
        </Labelled>
        <Labelled label="Scope">
          {(ids) => (
            <Select
              {...ids}
              value={scope}
              onChange={(event) => setScope(event.target.value === "all" ? "all" : "read")}
            >
              <option value="read">Read only</option>
              <option value="all">Everything you may do</option>
            </Select>
          )}
        </Labelled>
        <Labelled label="Expires">
          {(ids) => (
            <Select {...ids} value={days} onChange={(event) => setDays(event.target.value)}>
              <option value="30">in 30 days</option>
              <option value="90">in 90 days</option>
              <option value="365">in a year</option>
              <option value="">never</option>
            </Select>
          )}
        </Labelled>
        {make.isError ? <ProblemPanel thrown={make.error} /> : null}
      </div>
    </Dialog>
  );
}
