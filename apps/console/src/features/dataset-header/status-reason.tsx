import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";

const findingsShownMax = 5;

/** Why the dataset is in its status: what happened and what to do. */
export function StatusReason({ reason }: { readonly reason: NonNullable<DatasetViewDto["statusReason"]> }) {
  const shown = reason.errors.slice(0, findingsShownMax);
  return (
    <div className={`max-w-4xl rounded-md border border-line px-3 py-2 ${reason.code ? "bg-bad-wash" : "bg-surface"}`}>
      <p className="break-words">
        {reason.message}
        {reason.code ? <span className="figures ml-2 text-ink-soft">{reason.code}</span> : null}
      </p>
      {shown.length > 0 ? (
        <ul className="mt-1 list-disc space-y-1 pl-4 text-[13px] text-ink-soft">
          {shown.map((finding) => (
            <li key={`${finding.path}:${finding.message}`} className="break-words">
              {finding.path ? <span className="figures text-ink">{finding.path} </span> : null}
              {finding.message}
              {finding.fix ? <span className="block">{finding.fix}</span> : null}
            </li>
          ))}
        </ul>
      ) : null}
      {reason.errors.length > shown.length ? (
        <p className="text-[13px] text-ink-soft">and {reason.errors.length - shown.length} more</p>
      ) : null}
    </div>
  );
}
