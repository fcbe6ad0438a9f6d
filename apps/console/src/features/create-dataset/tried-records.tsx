"use client";
import type { TriedRecordDto, TryResultDto } from "@letsdata/api/contract/try-dataset";
import { Info } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { formatCount, formatDuration } from "../../ui/format.ts";
import { shortTime } from "./short-time.ts";
import { TriedRecord } from "./tried-record.tsx";

const shownAtFirst = 5;

/** What became of each record, beside the record. */
export function TriedRecords({ result }: { readonly result: TryResultDto }) {
  const [all, setAll] = useState(false);
  const of = (outcome: TriedRecordDto["outcome"]) => result.records.filter((one) => one.outcome === outcome).length;
  const shown = all ? result.records : result.records.slice(0, shownAtFirst);
  const handling = result.records.reduce((total, { milliseconds }) => total + milliseconds, 0);
  return (
    <div className="space-y-3">
      {result.records.length > 0 ? (
        <p className="break-words">
          <span className="figures break-all">{result.item}</span>: {counted(result.records.length, "record")},{" "}
          {counted(of("document"), "document")}, {formatCount(of("skip"))} skipped, {counted(of("error"), "error")}.
          <span className="text-ink-soft">
            {" "}
            {shortTime(handling)} in the handler, {formatDuration(result.milliseconds)} in all.
          </span>
        </p>
      ) : result.failure ? null : (
        <p className="font-medium">There was nothing to try.</p>
      )}
      <Notes notices={result.notices} />
      {result.failure ? (
        <div role="alert" className="rounded-md bg-bad-wash p-3 text-[13px]">
          <p className="font-medium break-words text-bad">{result.failure.message}</p>
          {result.failure.fix ? <p className="break-words text-ink-soft">{result.failure.fix}</p> : null}
        </div>
      ) : null}
      {shown.length > 0 ? (
        <ol aria-label="Tried records" className="divide-y divide-line border-y border-line">
          {shown.map((record, index) => (
            <TriedRecord
              key={index}
              number={index + 1}
              record={record}
              bytesMax={result.limits?.maxDocumentBytes ?? null}
            />
          ))}
        </ol>
      ) : null}
      {result.records.length > shownAtFirst ? (
        <Button size="small" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${formatCount(result.records.length)}`}
        </Button>
      ) : null}
      {result.logs.length > 0 ? (
        <details className="text-[13px]">
          <summary className="w-fit cursor-pointer text-accent">Log of the handler</summary>
          <ol className="figures space-y-0.5 pt-2">
            {result.logs.map((line, index) => (
              <li key={index} className="break-words whitespace-pre-wrap">
                <span className="text-ink-soft">{line.level}</span> {line.message}
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </div>
  );
}

function counted(amount: number, noun: string): string {
  return `${formatCount(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

/** What the trial did to the source, or did otherwise than the dataset would. */
function Notes({ notices }: { readonly notices: readonly string[] }) {
  if (notices.length === 0) return null;
  return (
    <ul aria-label="Notes on the trial" className="space-y-1">
      {notices.map((notice) => (
        <li key={notice} className="flex gap-2 text-[13px] text-ink-soft">
          <Info aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          <span className="min-w-0 break-words">{notice}</span>
        </li>
      ))}
    </ul>
  );
}
