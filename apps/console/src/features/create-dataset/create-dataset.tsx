"use client";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useMemo, useRef, useState } from "react";
import { api, client } from "../../api/api.ts";
import { useUrlState } from "../../table/url-state.ts";
import { Button } from "../../ui/button.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { problemOf } from "../../ui/problem.ts";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { announce, announceProblem } from "../../ui/toasts.tsx";
import { AccessStep } from "./access-step.tsx";
import { CheckPanel, type Notice } from "./check-panel.tsx";
import { diagnosticsOf } from "./diagnostics.ts";
import { FormDoor } from "./form-door.tsx";
import type { EditorHandle } from "./json-editor.tsx";
import { lineOf, rangeOfPath } from "./json-path.ts";
import { readDraft } from "./read-draft.ts";
import { repairText } from "./repair-text.ts";
import type { JsonSchema } from "./schema-help.ts";
import { StartFrom } from "./start-from.tsx";
import { useCheck } from "./use-check.ts";
import { useDraft } from "./use-draft.ts";

const JsonEditor = dynamic(async () => (await import("./json-editor.tsx")).JsonEditor, {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-4/5" />,
});

export function CreateDataset() {
  const url = useUrlState();
  const router = useRouter();
  const queries = useQueryClient();
  const [text, setText, forgetDraft] = useDraft();
  const [repairs, setRepairs] = useState<readonly Notice[]>([]);
  const [dropping, setDropping] = useState(false);
  const editor = useRef<EditorHandle | null>(null);
  const door = url.get("by") === "form" ? "form" : "json";
  const draft = useMemo(() => readDraft(text), [text]);
  const check = useCheck(text, draft);
  const schema = useQuery({ ...api.system.schema.queryOptions(), staleTime: Number.POSITIVE_INFINITY });
  const create = useMutation({
    mutationFn: () => client.datasets.create(draft.value),
    onSuccess: (dataset) => {
      forgetDraft();
      announce(`${dataset.datasetName} is created`);
      void queries.invalidateQueries({ queryKey: api.datasets.list.key() });
      router.push(`/datasets/${dataset.datasetName}`);
    },
    onError: announceProblem,
  });
  const refused = create.isError ? problemOf(create.error).errors : [];
  const findings = unique([...(check.state === "syntax" ? [] : (check.result?.errors ?? [])), ...refused]);
  const diagnostics = useMemo(() => diagnosticsOf(text, draft, findings), [text, draft, findings]);

  const edit = (next: string) => {
    create.reset();
    setText(next);
  };
  const repair = (whole: string) => {
    const repaired = repairText(whole);
    setRepairs(repaired.notices);
    edit(pretty(repaired.text));
  };
  const take = (next: string) => {
    setRepairs([]);
    if (readDraft(next).syntaxProblems.length > 0) repair(next);
    else edit(pretty(next));
  };
  const goTo = (offset: number) => {
    if (door === "form") url.set({ by: null });
    requestAnimationFrame(() => editor.current?.goTo(offset));
  };

  return (
    <>
      <PageHeader
        crumbs={[{ text: "Datasets", href: "/datasets" }]}
        title="Create dataset"
        action={
          <Button look="primary" disabled={check.state !== "valid" || create.isPending} onClick={() => create.mutate()}>
            {create.isPending ? "Creating…" : "Create dataset"}
          </Button>
        }
      />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 pb-3 md:px-8">
        <Segmented
          label="Write it as"
          value={door}
          options={[
            { value: "json", text: "JSON" },
            { value: "form", text: "Form" },
          ]}
          onChange={(next) => url.set({ by: next === "form" ? "form" : null })}
        />
        <span className="flex flex-wrap items-center gap-2">
          <span className="text-[13px] text-ink-soft">Start from</span>
          <StartFrom onText={take} from={url.get("from")} />
        </span>
      </div>
      <div className="grid flex-1 lg:grid-cols-[minmax(0,1fr)_22rem]">
        {door === "json" ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is the mouse's way; the File button is everybody's.
          <div
            className={`relative h-[60dvh] min-h-80 min-w-0 border-b border-line lg:sticky lg:top-0 lg:h-[calc(100dvh-8.5rem)] lg:border-b-0 ${dropping ? "ring-2 ring-accent ring-inset" : ""}`}
            onDragOver={(event) => {
              event.preventDefault();
              setDropping(true);
            }}
            onDragLeave={() => setDropping(false)}
            onDrop={(event) => {
              event.preventDefault();
              setDropping(false);
              const file = event.dataTransfer.files[0];
              if (file) file.text().then(take, announceProblem);
            }}
          >
            <JsonEditor
              value={text}
              onChange={edit}
              onPaste={(whole) => {
                if (readDraft(whole).syntaxProblems.length > 0) repair(whole);
              }}
              diagnostics={diagnostics}
              schema={schema.data as JsonSchema | undefined}
              handle={editor}
            />
          </div>
        ) : (
          <FormDoor text={text} onChange={edit} findings={findings} onRepair={() => repair(text)} />
        )}
        <aside aria-label="Check and access" className="space-y-8 border-line px-4 py-4 md:px-8 lg:border-l lg:px-5">
          <CheckPanel
            check={check}
            syntaxProblems={draft.syntaxProblems}
            findings={findings}
            notices={[...repairs, ...(check.result?.notices ?? [])]}
            lineOfFinding={(finding) => lineOf(text, rangeOfPath(draft.tree, finding.path).from)}
            lineOfOffset={(offset) => lineOf(text, offset)}
            onGoToFinding={(finding) => goTo(rangeOfPath(draft.tree, finding.path).from)}
            onGoToOffset={goTo}
            onRepair={() => repair(text)}
          />
          {create.isError && refused.length === 0 ? (
            <ProblemPanel thrown={create.error} title="The dataset was not created" />
          ) : null}
          <AccessStep config={draft.value} ready={check.state === "valid"} />
        </aside>
      </div>
    </>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function unique(findings: readonly ProblemDetail[]): readonly ProblemDetail[] {
  return [...new Map(findings.map((finding) => [`${finding.path}\n${finding.message}`, finding])).values()];
}
