import type { ConfigChangeDto } from "@letsdata/api/contract/update-dataset";

interface Shown {
  readonly caption: string;
  readonly changes: readonly ConfigChangeDto[];
}

/** Each attribute that differs: before, after, and what the change restarts. */
export function ConfigChanges({ caption, changes }: Shown) {
  if (changes.length === 0) return <p className="text-ink-soft">{caption}: nothing.</p>;
  return (
    <section aria-label={caption} className="space-y-2">
      <h3 className="font-medium">{caption}</h3>
      <ul className="divide-y divide-line border-y border-line">
        {changes.map((change) => (
          <li key={change.path} className="space-y-1 py-2">
            <p>
              {change.label} <code className="text-[13px] text-ink-soft">{change.path}</code>
            </p>
            <p className="break-words font-mono text-[13px]">
              {change.kind === "added" ? null : <del>{textOf(change.before)}</del>}
              {change.kind === "changed" ? " → " : null}
              {change.kind === "removed" ? null : <ins className="no-underline">{textOf(change.after)}</ins>}
            </p>
            <p className="text-[13px] text-ink-soft">{change.effect}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
