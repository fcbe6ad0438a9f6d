"use client";
import { describeDatasetForm } from "@letsdata/dataset/describe-form";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { useMemo, useState } from "react";
import { client } from "../../api/api.ts";
import { ConfigForm } from "../../config-form/config-form.tsx";
import { lineOf } from "../../config-form/json-path.ts";
import { readDraft } from "../../config-form/read-draft.ts";
import { setValue } from "../../config-form/set-value.ts";
import { TextArea } from "../../ui/input.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { updateComputeLines } from "./cli-lines.ts";
import type { DialogOf } from "./redrive-dialog.tsx";
import { UpdateFrame } from "./update-frame.tsx";

const prefix = "computeEngine.";

/** The compute engine as fields or as JSON, over the same text; what is wrong stands beside it before anything is asked. */
export function UpdateComputeDialog({ dataset, open, onOpenChange }: DialogOf) {
  const { datasetName } = dataset;
  const config = useMemo(() => ownPart(dataset.config), [dataset.config]);
  const [text, setText] = useState(() => JSON.stringify(config.computeEngine, null, 2));
  const [door, setDoor] = useState<"form" | "json">("form");
  const draft = useMemo(() => readDraft(text), [text]);
  const document = useMemo(() => ({ ...config, computeEngine: draft.value }), [config, draft.value]);
  const findings = useMemo(() => {
    const parsed = parseDatasetConfig(document);
    return parsed.ok ? [] : parsed.problems.filter(({ path }) => `${path}.`.startsWith(prefix));
  }, [document]);
  const fields = describeDatasetForm(document).find(({ name }) => name === "computeEngine")?.fields ?? [];
  const wrong = [
    ...draft.syntaxProblems.map(({ message, offset }) => `Line ${lineOf(text, offset)}: ${message}.`),
    ...(draft.syntaxProblems.length > 0
      ? []
      : findings.map(({ path, message, fix }) => `${path.slice(prefix.length)}: ${message}. ${fix ?? ""}`)),
  ];
  const broken = draft.syntaxProblems.length > 0;
  return (
    <UpdateFrame
      datasetName={datasetName}
      title={`Update the compute engine of ${datasetName}`}
      proposal={text}
      canSend={wrong.length === 0}
      send={(dryRun) =>
        client.datasets.updateCompute({
          dataset: datasetName,
          computeEngine: draft.value as Record<string, unknown>,
          dryRun,
        })
      }
      lines={updateComputeLines(window.location.origin, datasetName, text)}
      open={open}
      onOpenChange={onOpenChange}
    >
      <Segmented
        label="Write it as"
        value={door}
        options={[
          { value: "form", text: "Form" },
          { value: "json", text: "JSON" },
        ]}
        onChange={setDoor}
      />
      {door === "json" || broken ? (
        <Labelled
          label="Compute engine"
          hint="Change what should change."
          error={
            wrong.length === 0
              ? undefined
              : wrong.map((message) => (
                  <span key={message} className="block break-words">
                    {message}
                  </span>
                ))
          }
        >
          {(ids) => (
            <TextArea
              {...ids}
              rows={12}
              spellCheck={false}
              className="figures"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Labelled>
      ) : (
        <ConfigForm
          fields={fields}
          document={document}
          findings={findings}
          onChange={(path, value) => setText(setValue(text, path.slice(prefix.length), value))}
          onFocus={() => {}}
        />
      )}
    </UpdateFrame>
  );
}

/** Without the names that the system made, which are not the person's to change. */
function ownPart(stored: DialogOf["dataset"]["config"]): Readonly<Record<string, unknown>> {
  const parsed = parseDatasetConfig(stored);
  return parsed.ok ? { ...parsed.config } : stored;
}
