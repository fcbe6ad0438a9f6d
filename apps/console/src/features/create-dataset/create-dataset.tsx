"use client";
import { type FormStepId, formSteps } from "@letsdata/dataset/form-steps";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useMemo, useRef, useState } from "react";
import { api, client } from "../../api/api.ts";
import { lineOf, rangeOfPath } from "../../config-form/json-path.ts";
import { readDraft } from "../../config-form/read-draft.ts";
import { valueAt } from "../../config-form/set-value.ts";
import { usePerson } from "../../shell/person.tsx";
import { useUrlState } from "../../table/url-state.ts";
import { Button } from "../../ui/button.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { problemOf } from "../../ui/problem.ts";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { announce, announceProblem } from "../../ui/toasts.tsx";
import { AccessBeside } from "./access-step.tsx";
import { BeyondFields } from "./beyond-fields.tsx";
import { canonicalText } from "./canonical-text.ts";
import type { Notice } from "./changed-for-you.tsx";
import { CheckPanel } from "./check-panel.tsx";
import { diagnosticsOf } from "./diagnostics.ts";
import { DraftOffer } from "./draft-offer.tsx";
import { FileDrop } from "./file-drop.tsx";
import { FormDoor } from "./form-door.tsx";
import { JsonDoor } from "./json-door.tsx";
import type { EditorHandle } from "./json-editor.tsx";
import type { ListedProblem } from "./problem-list.tsx";
import { repairText } from "./repair-text.ts";
import { StartFrom } from "./start-from.tsx";
import { useCheck } from "./use-check.ts";
import { useDraft } from "./use-draft.ts";
import { Verdict } from "./verdict.tsx";

const everyStep: ReadonlySet<FormStepId> = new Set(formSteps.map((step) => step.id));

export function CreateDataset() {
  const url = useUrlState();
  const router = useRouter();
  const queries = useQueryClient();
  const kept = useDraft(usePerson().userId);
  const { text } = kept;
  const [changes, setChanges] = useState<readonly Notice[]>([]);
  const [seen, setSeen] = useState<ReadonlySet<FormStepId>>(new Set());
  const editor = useRef<EditorHandle | null>(null);
  const door = url.get("by") === "form" ? "form" : "json";
  const step = formSteps.find(({ id }) => id === url.get("step"))?.id ?? "name";
  const draft = useMemo(() => readDraft(text), [text]);
  const check = useCheck(text, draft);
  const create = useMutation({
    mutationFn: () => client.datasets.create(draft.value),
    onSuccess: (dataset) => {
      kept.forget();
      announce(`${dataset.datasetName} is created`);
      void queries.invalidateQueries({ queryKey: api.datasets.list.key() });
      router.push(`/datasets/${dataset.datasetName}`);
    },
    onError: announceProblem,
  });
  const refused = create.isError ? problemOf(create.error).errors : [];
  const findings = unique([...(check.state === "syntax" ? [] : (check.result?.errors ?? [])), ...refused]);
  const diagnostics = useMemo(() => diagnosticsOf(text, draft, findings), [text, draft, findings]);
  const ready = check.state === "valid";

  const edit = (next: string) => {
    create.reset();
    kept.setText(next);
  };
  const replace = (whole: { readonly text: string; readonly notices: readonly Notice[] }) => {
    setChanges(whole.notices);
    setSeen(everyStep);
    edit(pretty(whole.text));
  };
  const take = (next: string) => {
    if (door === "form") replace(canonicalText(next));
    else if (readDraft(next).syntaxProblems.length > 0) replace(repairText(next));
    else replace({ text: next, notices: [] });
  };
  const goToOffset = (offset: number) => {
    if (door === "form") url.set({ by: null, step: null });
    requestAnimationFrame(() => editor.current?.goTo(offset));
  };
  const openForm = (at: FormStepId) => {
    const canonical = canonicalText(text);
    if (text.trim() !== "") setSeen(everyStep);
    if (canonical.text !== text) replace(canonical);
    url.set({ by: "form", step: at === "name" ? null : at });
  };
  const openStep = (next: FormStepId) => {
    setSeen(new Set([...seen, step]));
    if (text.trim() === "") edit("{}");
    url.set({ step: next === "name" ? null : next });
  };

  const syntax = draft.syntaxProblems.slice(0, 20).map(
    (problem): ListedProblem => ({
      key: `${problem.offset}:${problem.message}`,
      place: `Line ${lineOf(text, problem.offset)}`,
      message: problem.message,
      onOpen: () => goToOffset(problem.offset),
    }),
  );
  const byLine = findings.map((finding): ListedProblem => {
    const { from } = rangeOfPath(draft.tree, finding.path);
    return {
      key: `${finding.path}:${finding.code}:${finding.message}`,
      place: `Line ${lineOf(text, from)}`,
      path: finding.path,
      message: finding.message,
      fix: finding.fix,
      onOpen: () => goToOffset(from),
    };
  });
  const panel = (problems: readonly ListedProblem[]) => (
    <>
      <CheckPanel
        check={check}
        problems={[...syntax, ...problems]}
        notices={[...changes, ...(check.result?.notices ?? [])]}
        onRepair={syntax.length > 0 ? () => replace(repairText(text)) : undefined}
      />
      {create.isError && refused.length === 0 ? (
        <ProblemPanel thrown={create.error} title="The dataset was not created" />
      ) : null}
    </>
  );

  return (
    <FileDrop onText={take}>
      <PageHeader
        crumbs={[{ text: "Datasets", href: "/datasets" }]}
        title="Create dataset"
        action={
          <>
            {door === "json" ? <Button onClick={() => openForm("review")}>Review and try</Button> : null}
            <Button look="primary" disabled={!ready || create.isPending} onClick={() => create.mutate()}>
              {create.isPending ? "Creating…" : "Create dataset"}
            </Button>
          </>
        }
      />
      {kept.offered ? (
        <DraftOffer
          name={nameIn(kept.offered.text)}
          savedAt={kept.offered.savedAt}
          onResume={() => {
            take(kept.offered!.text);
            kept.accept();
          }}
          onDiscard={kept.discard}
        />
      ) : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pb-3 md:px-8">
        <Segmented
          label="Write it as"
          value={door}
          options={[
            { value: "json", text: "JSON" },
            { value: "form", text: "Form" },
          ]}
          onChange={(next) => (next === "form" ? openForm("name") : url.set({ by: null, step: null }))}
        />
        <span className="flex flex-wrap items-center gap-2">
          <span className="text-[13px] text-ink-soft">Start from</span>
          <StartFrom onText={take} from={url.get("from")} />
        </span>
        <span className="sm:ml-auto">
          <Verdict
            check={check}
            problems={syntax.length + (door === "form" ? toldIn(findings, seen) : findings.length)}
          />
        </span>
      </div>
      {door === "json" ? (
        <JsonDoor
          text={text}
          onChange={edit}
          onPaste={(whole) => {
            if (readDraft(whole).syntaxProblems.length > 0) replace(repairText(whole));
          }}
          diagnostics={diagnostics}
          editor={editor}
        >
          {panel(byLine)}
          <AccessBeside config={draft.value} ready={ready} />
        </JsonDoor>
      ) : (
        <FormDoor
          text={text}
          draft={draft}
          findings={findings}
          step={step}
          seen={seen}
          onStep={openStep}
          onChange={edit}
          summary={panel}
          beyondFields={
            <BeyondFields
              step={step}
              text={text}
              config={draft.value}
              findings={findings}
              ready={ready}
              onEdit={edit}
            />
          }
        />
      )}
    </FileDrop>
  );
}

/** Problems that count already: those of a wizard just begun are only what is not filled in yet. */
function toldIn(findings: readonly ProblemDetail[], seen: ReadonlySet<FormStepId>): number {
  return seen.size === 0 ? findings.filter((finding) => finding.code !== "REQUIRED").length : findings.length;
}

function nameIn(text: string): string {
  const name = valueAt(readDraft(text).value, "datasetName");
  return typeof name === "string" ? name : "";
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
