import { formatDuration } from "../../ui/format.ts";

/** A handler's times are mostly below the milliseconds that `formatDuration` tells. */
export function shortTime(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : formatDuration(milliseconds);
}
