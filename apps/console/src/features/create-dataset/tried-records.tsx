"use client";
import type { BodyPreviewDto, TriedRecordDto, TryResultDto } from "@letsdata/api/contract/try-dataset";
import { CircleAlert, CircleCheck, CircleMinus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { formatBytes, formatCount, formatDuration } from "../../ui/format.ts";

const shownAtFirst = 5;

/** What became of each record, beside the record. */
export function TriedRecords({ result }: { readonly result: TryResultDto }) {
  const [all, setAll] = useState(false);
  const of = (outcome: TriedRecordDto["outcome"]) => result.records.filter((one) => one.outcome === outcome).length;
  const shown = all ? result.records : result.records.slice(0, shownAtFirst);
  const handling = result.records.reduce((total, { milliseconds }) => total + milliseconds, 0);
  return (
    <div className="space-y-3">
      <p className="break-words">
        <span className="figures break-all">{result.item}</span>: {formatCount(result.records.length)} records,{" "}
        {formatCount(of("document"))} documents, {formatCount(of("skip"))} skipped, {formatCount(of("error"))} errors.
        <span className="text-ink-soft">
          {" "}
          {shortTime(handling)} in the handler, {formatDuration(result.milliseconds)} in all.
        </span>
      </p>
      {result.notices.map((notice) => (
        <p key={notice} className="text-[13px] break-words text-ink-soft">
          {notice}
        </p>
      ))}
      {result.failure ? (
        <div role="alert" className="rounded-md bg-bad-wash p-3 text-[13px]">
          <p className="font-medium break-words text-bad">{result.failure.message}</p>
          {result.failure.fix ? <p className="break-words text-ink-soft">{result.failure.fix}</p> : null}
        </div>
      ) : null}
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

const outcomes = {
  document: { icon: CircleCheck, colour: "text-good", word: "Document" },
  skip: { icon: CircleMinus, colour: "text-ink-soft", word: "Skipped" },
  error: { icon: CircleAlert, colour: "text-bad", word: "Error" },
} as const;

function TriedRecord({
  number,
  record,
  bytesMax,
}: {
  readonly number: number;
  readonly record: TriedRecordDto;
  readonly bytesMax: number | null;
}) {
  const { icon: Icon, colour, word } = outcomes[record.outcome];
  const { document, error, source } = record;
  return (
    <li className="grid gap-x-5 gap-y-2 py-3 sm:grid-cols-2">
      <div className="min-w-0 space-y-1">
        <p className="flex flex-wrap gap-x-2 text-[13px] text-ink-soft">
          <span className="text-ink">Record {number}</span>
          <span className="figures break-all">
            {source.start === source.end ? source.start : `${source.start} to ${source.end}`}
          </span>
          <span>{formatBytes(record.body.bytes)}</span>
        </p>
        <Body label={`Record ${number}`} body={record.body} />
      </div>
      <div className="min-w-0 space-y-1">
        <p className="flex flex-wrap items-center gap-x-2 text-[13px] text-ink-soft">
          <span className={`flex items-center gap-1 font-medium ${colour}`}>
            <Icon aria-hidden className="size-3.5" />
            {word}
          </span>
          {document ? <Size bytes={document.countedBytes ?? document.body.bytes} bytesMax={bytesMax} /> : null}
          <span>{shortTime(record.milliseconds)}</span>
        </p>
        {error ? (
          <p className="text-[13px] break-words">
            <span className="figures">{error.code}</span> {error.message}
          </p>
        ) : null}
        {record.skipReason ? <p className="text-[13px] break-words text-ink-soft">{record.skipReason}</p> : null}
        {document ? (
          <>
            <p className="figures break-all text-ink-soft">
              {document.documentId}
              {document.partitionKey === document.documentId ? "" : `, partition ${document.partitionKey}`}
            </p>
            <Body label={`Document of record ${number}`} body={document.body} />
          </>
        ) : null}
      </div>
    </li>
  );
}

function Size({ bytes, bytesMax }: { readonly bytes: number; readonly bytesMax: number | null }) {
  if (bytesMax === null) return <span>{formatBytes(bytes)}</span>;
  const share = (bytes / bytesMax) * 100;
  return (
    <span className={bytes > bytesMax ? "text-bad" : ""}>
      {formatBytes(bytes)} of {formatBytes(bytesMax)} ({share < 0.1 ? "under 0.1" : share.toFixed(1)} %)
    </span>
  );
}

function Body({ label, body }: { readonly label: string; readonly body: BodyPreviewDto }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1).
    <section tabIndex={0} aria-label={label} className="max-h-40 overflow-auto rounded-md bg-surface p-2">
      <pre className="figures leading-5 break-all whitespace-pre-wrap">
        {readable(body)}
        {body.truncated ? "…" : ""}
      </pre>
    </section>
  );
}

function readable({ encoding, text }: BodyPreviewDto): string {
  if (encoding === "base64") return `base64 ${text}`;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function shortTime(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : formatDuration(milliseconds);
}
