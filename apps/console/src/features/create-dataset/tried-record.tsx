import type { BodyPreviewDto, TriedRecordDto } from "@letsdata/api/contract/try-dataset";
import { CircleAlert, CircleCheck, CircleMinus } from "lucide-react";
import { formatBytes } from "../../ui/format.ts";
import { shortTime } from "./short-time.ts";

const outcomes = {
  document: { icon: CircleCheck, colour: "text-good", word: "Document" },
  skip: { icon: CircleMinus, colour: "text-ink-soft", word: "Skipped" },
  error: { icon: CircleAlert, colour: "text-bad", word: "Error" },
} as const;

/** A record beside what became of it. */
export function TriedRecord({
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
          <span>{formatBytes(record.body.bytes)}</span>
          <span className="figures break-all">
            {source.start === source.end ? source.start : `${source.start} to ${source.end}`}
          </span>
        </p>
        <Attributes record={record} />
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
          {record.modelMilliseconds === null ? null : <span>{shortTime(record.modelMilliseconds)} in the model</span>}
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

/** What the handler is told beside the body; empty ones and what stands above already are left out. */
function Attributes({ record: { attributes, source } }: { readonly record: TriedRecordDto }) {
  const told = Object.entries(attributes).filter(
    ([, value]) => value !== "" && value !== "{}" && value !== source.start,
  );
  if (told.length === 0) return null;
  return (
    <dl className="flex flex-wrap gap-x-3 text-[13px]">
      {told.map(([name, value]) => (
        <div key={name} className="flex min-w-0 flex-wrap gap-x-1">
          <dt className="text-ink-soft">{name}</dt>
          <dd className="figures min-w-0 break-all">{value}</dd>
        </div>
      ))}
    </dl>
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
