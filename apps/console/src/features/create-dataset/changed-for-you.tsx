export interface Notice {
  readonly path: string;
  readonly message: string;
}

/** Repairs and renames: nothing is changed without being said. */
export function ChangedForYou({ notices }: { readonly notices: readonly Notice[] }) {
  if (notices.length === 0) return null;
  return (
    <div>
      <h3 className="pb-1 text-[13px] font-medium text-ink-soft">Changed for you</h3>
      <ul aria-label="Changed for you" className="space-y-1.5 text-[13px]">
        {notices.map((notice) => (
          <li key={`${notice.path}:${notice.message}`} className="break-words text-ink-soft">
            {notice.path ? <span className="figures text-ink">{notice.path} </span> : null}
            {notice.message}
          </li>
        ))}
      </ul>
    </div>
  );
}
