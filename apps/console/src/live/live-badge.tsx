import { Radio, RefreshCw } from "lucide-react";
import type { LiveState } from "./follow.ts";

/** Tells whether what is shown is still followed; silent to screen readers while all is well. */
export function LiveBadge({ state }: { readonly state: LiveState }) {
  const reconnecting = state === "reconnecting";
  const Icon = reconnecting ? RefreshCw : Radio;
  return (
    <span
      role="status"
      className={`inline-flex items-center gap-1.5 text-[13px] ${reconnecting ? "text-warn" : "text-ink-faint"}`}
    >
      <Icon aria-hidden className={`size-3.5 ${reconnecting ? "motion-safe:animate-spin" : ""}`} />
      {reconnecting ? "Reconnecting…" : state === "live" ? "Live" : "Connecting…"}
    </span>
  );
}
