"use client";
import type { ErrorRecordDto } from "@letsdata/api/contract/error-dto";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/api.ts";
import { AbsoluteTime } from "../../ui/clock.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyableText } from "../../ui/copy-button.tsx";
import { SidePanel } from "../../ui/dialog.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { dumpedBytesMax, hexDump, offsetsOf } from "./offsets.ts";

/** One error record whole: message, where it came from, its document and its source bytes. */
export function ErrorPanel({
  reference,
  file,
  errorId,
  onClose,
}: {
  readonly reference: string;
  readonly file: string;
  readonly errorId: string;
  readonly onClose: () => void;
}) {
  const query = useQuery({
    ...api.errors.view.queryOptions({ input: { dataset: reference, file, errorId } }),
    enabled: errorId !== "",
  });
  return (
    <SidePanel open={errorId !== ""} onOpenChange={(open) => !open && onClose()} title="Error record">
      {query.isError ? (
        <ProblemPanel thrown={query.error} onRetry={() => void query.refetch()} />
      ) : query.data ? (
        <RecordView record={query.data} />
      ) : (
        <Skeleton className="h-80" />
      )}
    </SidePanel>
  );
}

function RecordView({ record }: { readonly record: ErrorRecordDto }) {
  const binary = record.record.encoding === "base64";
  const isPart = record.record.truncated || (binary && record.record.body.length > (dumpedBytesMax / 3) * 4);
  return (
    <div className="space-y-6">
      <div className="rounded-md border border-line bg-bad-wash px-3 py-2">
        <p className="break-words">{record.errorMessage}</p>
        <p className="text-[13px] text-ink-soft">
          <span className="figures">{record.code}</span> ·{" "}
          {record.origin === "HANDLER" ? "from the handler" : "from the system"} · attempt {record.attempt} · code
          version {record.codeVersion} · <AbsoluteTime time={record.errorTime} />
        </p>
      </div>
      <section className="space-y-2">
        <h3 className="font-medium">Where it came from</h3>
        <dl className="divide-y divide-line border-y border-line text-[13px]">
          {offsetsOf(record).map((range) => (
            <div key={range.type} className="grid gap-x-4 py-1.5 sm:grid-cols-[8rem_1fr]">
              <dt className="figures text-ink-soft">{range.type}</dt>
              <dd className="figures min-w-0 break-all">
                {range.fileName ? `${range.fileName} · ` : ""}bytes {range.start} to {range.end}
              </dd>
            </div>
          ))}
          <div className="grid gap-x-4 py-1.5 sm:grid-cols-[8rem_1fr]">
            <dt className="text-ink-soft">Task</dt>
            <dd className="min-w-0">
              <CopyableText value={record.taskId} label="Copy task id" />
            </dd>
          </div>
          <div className="grid gap-x-4 py-1.5 sm:grid-cols-[8rem_1fr]">
            <dt className="text-ink-soft">Error id</dt>
            <dd className="min-w-0">
              <CopyableText value={record.errorId} label="Copy error id" />
            </dd>
          </div>
        </dl>
      </section>
      <CodeBlock
        label={`Source bytes${binary ? ", as hex" : ""}${isPart ? ", first part" : ""}`}
        value={binary ? hexDump(record.record.body) : record.record.body}
        maxHeight={320}
      />
      {record.document === null ? null : (
        <CodeBlock
          label={`Document ${record.documentId ?? ""}`.trim()}
          value={pretty(record.document)}
          maxHeight={320}
        />
      )}
      <CodeBlock label="Whole record" value={JSON.stringify(record, null, 2)} fileName={`${record.errorId}.json`} />
    </div>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
