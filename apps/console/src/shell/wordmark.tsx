export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 text-[15px] font-semibold tracking-tight text-ink">
      <svg aria-hidden viewBox="0 0 32 32" className="size-5">
        <title>LetsData</title>
        <rect width="32" height="32" rx="7" fill="var(--accent)" />
        <path
          d="M10 8v13.5h12"
          fill="none"
          stroke="var(--on-accent)"
          strokeWidth="3.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <circle cx="21" cy="11" r="3" fill="var(--on-accent)" />
      </svg>
      LetsData
    </span>
  );
}
