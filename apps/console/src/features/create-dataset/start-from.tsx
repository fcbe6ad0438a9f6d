"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, FileUp } from "lucide-react";
import { useEffect, useEffectEvent, useId, useRef } from "react";
import { api, client } from "../../api/api.ts";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuItem, MenuLabel } from "../../ui/menu.tsx";
import { announceProblem } from "../../ui/toasts.tsx";

interface Sample {
  readonly name: string;
  readonly text: string;
}

const datasetsOfferedMax = 20;

async function fetchSamples(): Promise<readonly Sample[]> {
  const response = await fetch("/api/samples");
  return response.ok ? ((await response.json()) as { items: readonly Sample[] }).items : [];
}

/** Ways to begin: a sample that runs here, a dataset that exists, a file. */
export function StartFrom({ onText, from }: { readonly onText: (text: string) => void; readonly from: string }) {
  const file = useRef<HTMLInputElement>(null);
  const fileId = useId();
  const samples = useQuery({ queryKey: ["samples"], queryFn: fetchSamples, staleTime: Number.POSITIVE_INFINITY });
  const datasets = useQuery(api.datasets.list.queryOptions({ input: { limit: datasetsOfferedMax } }));
  const existing = datasets.data?.items ?? [];

  async function take(datasetName: string): Promise<void> {
    try {
      const dataset = await client.datasets.view({ dataset: datasetName });
      onText(JSON.stringify(dataset.config, null, 2));
    } catch (thrown) {
      announceProblem(thrown);
    }
  }

  const begun = useRef("");
  const begin = useEffectEvent((origin: string, firstSample: string | undefined) => {
    if (origin === "" || begun.current === origin) return;
    if (origin === "sample" && firstSample === undefined) return;
    begun.current = origin;
    if (origin === "sample") onText(firstSample!);
    else void take(origin);
  });
  const firstSample = samples.data?.[0]?.text;
  useEffect(() => begin(from, firstSample), [from, firstSample]);

  return (
    <>
      {samples.data && samples.data.length > 0 ? (
        <Menu
          align="start"
          trigger={
            <Button size="small">
              Sample
              <ChevronDown aria-hidden />
            </Button>
          }
        >
          <MenuLabel>Runs on this installation</MenuLabel>
          {samples.data.map((sample) => (
            <MenuItem key={sample.name} onSelect={() => onText(sample.text)}>
              {sample.name}
            </MenuItem>
          ))}
        </Menu>
      ) : null}
      {existing.length > 0 ? (
        <Menu
          align="start"
          trigger={
            <Button size="small">
              Existing dataset
              <ChevronDown aria-hidden />
            </Button>
          }
        >
          <MenuLabel>Copy the configuration of</MenuLabel>
          {existing.map((dataset) => (
            <MenuItem key={dataset.datasetId} onSelect={() => void take(dataset.datasetName)}>
              {dataset.datasetName}
            </MenuItem>
          ))}
        </Menu>
      ) : null}
      <Button size="small" onClick={() => file.current?.click()}>
        <FileUp aria-hidden />
        File
      </Button>
      <label htmlFor={fileId} className="sr-only">
        Dataset JSON file
      </label>
      <input
        ref={file}
        id={fileId}
        type="file"
        accept=".json,.jsonc,.txt,application/json"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          event.target.value = "";
          if (chosen) chosen.text().then((text) => onText(text), announceProblem);
        }}
      />
    </>
  );
}
