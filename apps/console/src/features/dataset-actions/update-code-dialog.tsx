"use client";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { useMemo, useState } from "react";
import { client } from "../../api/api.ts";
import { Input } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { updateCodeLines } from "./cli-lines.ts";
import type { DialogOf } from "./redrive-dialog.tsx";
import { UpdateFrame } from "./update-frame.tsx";

const sources = {
  artifactFileS3Link: { label: "Artifact", hint: "The same address loads what lies there now." },
  interfaceECRImagePath: { label: "Image", hint: "The same address loads what its tag means now." },
} as const;
type Source = keyof typeof sources;
type Proposal = Partial<Record<Source | "accessGrantRoleArn", string>>;

/** New code at the known address or another one, and the role that reaches it; what is wrong stands beside it at once. */
export function UpdateCodeDialog({ dataset, open, onOpenChange }: DialogOf) {
  const { datasetName, config } = dataset;
  const [proposal, setProposal] = useState<Proposal>(() => startOf(config));
  const wrong = useMemo(() => findingsIn(config, proposal), [config, proposal]);
  const field = (name: keyof Proposal, label: string, hint: string) => (
    <Labelled key={name} label={label} hint={hint} error={wrong.get(name)}>
      {(ids) => (
        <Input
          {...ids}
          className="figures"
          spellCheck={false}
          value={proposal[name] ?? ""}
          onChange={(event) => setProposal({ ...proposal, [name]: event.target.value })}
        />
      )}
    </Labelled>
  );
  return (
    <UpdateFrame
      datasetName={datasetName}
      title={`Update the code of ${datasetName}`}
      proposal={JSON.stringify(proposal)}
      canSend={wrong.size === 0}
      send={(dryRun) => client.datasets.updateCode({ dataset: datasetName, ...proposal, dryRun })}
      lines={updateCodeLines(window.location.origin, datasetName, proposal)}
      unchanged="The configuration stays as it is. What lies at the address now is loaded and checked, and tasks use it from their next attempt."
      open={open}
      onOpenChange={onOpenChange}
    >
      {(Object.keys(sources) as Source[])
        .filter((source) => proposal[source] !== undefined)
        .map((source) => field(source, sources[source].label, sources[source].hint))}
      {proposal.accessGrantRoleArn === undefined
        ? null
        : field("accessGrantRoleArn", "Access grant role", "Role LetsData assumes for what you own.")}
    </UpdateFrame>
  );
}

/** What the dataset has of it: a dataset that touches nothing of the customer's has no role to change. */
function startOf({ readConnector, accessGrantRoleArn }: DialogOf["dataset"]["config"]): Proposal {
  const read = (readConnector ?? {}) as Readonly<Record<string, unknown>>;
  const { artifactFileS3Link, interfaceECRImagePath } = read;
  const known = { artifactFileS3Link, interfaceECRImagePath, accessGrantRoleArn };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => typeof value === "string"));
}

/** What the parser says of the addresses, by field. */
function findingsIn(config: DialogOf["dataset"]["config"], proposal: Proposal): ReadonlyMap<string, string> {
  const { accessGrantRoleArn, ...code } = proposal;
  const stored = parseDatasetConfig(config);
  const own: Readonly<Record<string, unknown>> = stored.ok ? { ...stored.config } : config;
  const parsed = parseDatasetConfig({
    ...own,
    ...(accessGrantRoleArn === undefined ? {} : { accessGrantRoleArn }),
    readConnector: { ...(own.readConnector as object), ...code },
  });
  if (parsed.ok) return new Map();
  return new Map(
    parsed.problems
      .map(
        ({ path, message, fix }) => [path.replace("readConnector.", ""), fix ? `${message}. ${fix}` : message] as const,
      )
      .filter(([name]) => Object.hasOwn(proposal, name)),
  );
}
