import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { CircleCheck, Scale } from "lucide-react";
import { formatBytes, formatCount } from "../../ui/format.ts";

/** read = written + skipped + errored, as an equation with the numbers of all checkpoints. */
export function Balance({ dataset }: { readonly dataset: Pick<DatasetViewDto, "counts" | "balanced"> }) {
  const { recordsRead, documentsWritten, recordsSkipped, recordsErrored, bytesRead, bytesWritten } = dataset.counts;
  return (
    <section aria-label="Balance" className="space-y-3">
      <h2 className="font-medium">Balance</h2>
      <p className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <Term value={recordsRead} word="read" />
        <span className="inline-flex items-end gap-x-4">
          <Sign text="=" spoken="equals" />
          <Term value={documentsWritten} word="written" fill="bg-good-fill" />
        </span>
        <span className="inline-flex items-end gap-x-4">
          <Sign text="+" spoken="plus" />
          <Term value={recordsSkipped} word="skipped" fill="bg-skip-fill" />
        </span>
        <span className="inline-flex items-end gap-x-4">
          <Sign text="+" spoken="plus" />
          <Term value={recordsErrored} word="errored" fill="bg-bad-fill" />
        </span>
      </p>
      {recordsRead > 0 ? (
        <div aria-hidden className="flex h-1.5 w-full max-w-2xl overflow-hidden rounded-sm bg-line">
          <span className="bg-good-fill" style={{ width: `${(documentsWritten / recordsRead) * 100}%` }} />
          <span className="bg-skip-fill" style={{ width: `${(recordsSkipped / recordsRead) * 100}%` }} />
          <span className="bg-bad-fill" style={{ width: `${(recordsErrored / recordsRead) * 100}%` }} />
        </div>
      ) : null}
      <p
        className={`flex flex-wrap items-center gap-x-2 text-[13px] ${dataset.balanced ? "text-ink-soft" : "font-medium text-bad"}`}
      >
        {dataset.balanced ? (
          <CircleCheck aria-hidden className="size-4 text-good" />
        ) : (
          <Scale aria-hidden className="size-4" />
        )}
        {dataset.balanced
          ? "Every record is accounted for at every checkpoint."
          : "The balance does not close. BALANCE_BROKEN"}
        <span className="figures text-ink-soft">
          {formatBytes(bytesRead)} read, {formatBytes(bytesWritten)} written
        </span>
      </p>
    </section>
  );
}

function Term({ value, word, fill }: { readonly value: number; readonly word: string; readonly fill?: string }) {
  return (
    <span className="inline-flex flex-col">
      <span className="font-mono text-2xl leading-8 font-medium tracking-tight tabular-nums">{formatCount(value)}</span>
      <span className="flex items-center gap-1.5 text-[13px] text-ink-soft">
        {fill ? <span aria-hidden className={`size-2 rounded-full ${fill}`} /> : null}
        {word}
      </span>
    </span>
  );
}

function Sign({ text, spoken }: { readonly text: string; readonly spoken: string }) {
  return (
    <span className="pb-6 text-xl leading-6 text-ink-faint">
      <span aria-hidden>{text}</span>
      <span className="sr-only">{spoken}</span>
    </span>
  );
}
