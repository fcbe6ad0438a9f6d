"use client";
import { useState } from "react";
import { client } from "../../api/api.ts";
import { Input } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { updateCodeLines } from "./cli-lines.ts";
import type { DialogOf } from "./redrive-dialog.tsx";
import { UpdateFrame } from "./update-frame.tsx";

/** New code at the known address or another one, and the role that reaches it. */
export function UpdateCodeDialog({ dataset, open, onOpenChange }: DialogOf) {
  const { datasetName, config } = dataset;
  const read = config.readConnector as { readonly [name: string]: unknown } | undefined;
  const place = read?.interfaceECRImagePath === undefined ? "artifactFileS3Link" : "interfaceECRImagePath";
  const [address, setAddress] = useState(() => textOf(read?.[place]));
  const [role, setRole] = useState(() => textOf(config.accessGrantRoleArn));
  const changed = {
    ...(address === "" ? {} : { [place]: address }),
    ...(role === "" ? {} : { accessGrantRoleArn: role }),
  };
  return (
    <UpdateFrame
      datasetName={datasetName}
      title={`Update the code of ${datasetName}`}
      proposal={JSON.stringify(changed)}
      canSend
      send={(dryRun) => client.datasets.updateCode({ dataset: datasetName, ...changed, dryRun })}
      lines={updateCodeLines(window.location.origin, datasetName, changed)}
      open={open}
      onOpenChange={onOpenChange}
    >
      <Labelled
        label={place === "artifactFileS3Link" ? "Artifact" : "Image"}
        hint="The same address loads what lies there now."
      >
        {(ids) => (
          <Input
            {...ids}
            className="figures"
            spellCheck={false}
            value={address}
            onChange={(event) => setAddress(event.target.value)}
          />
        )}
      </Labelled>
      <Labelled label="Access grant role" hint="Role LetsData assumes for what you own.">
        {(ids) => (
          <Input
            {...ids}
            className="figures"
            spellCheck={false}
            value={role}
            onChange={(event) => setRole(event.target.value)}
          />
        )}
      </Labelled>
    </UpdateFrame>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
