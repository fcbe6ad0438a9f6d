const whole = new Intl.NumberFormat("en-US");
const oneDigit = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** 12431 → "12,431". */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** Bytes in powers of 1,000, as clouds bill them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${oneDigit.format(value)} ${units[unit]}`;
}

/** 93_784_000 → "1 d 2 h"; the two greatest units that are not zero. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  let seconds = Math.floor(milliseconds / 1000);
  const parts: string[] = [];
  for (const [length, unit] of [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const) {
    const amount = Math.floor(seconds / length);
    seconds -= amount * length;
    if (amount > 0) parts.push(`${amount} ${unit}`);
    if (parts.length === 2 || (parts.length === 1 && amount === 0)) break;
  }
  return parts.join(" ");
}

/** How long ago (or until) `time` is, in one unit. */
export function formatRelative(time: number, now: number): string {
  const distance = now - time;
  const size = Math.abs(distance);
  if (size < 5000) return "just now";
  const [length, unit] =
    size < 60_000
      ? ([1000, "s"] as const)
      : size < 3_600_000
        ? ([60_000, "min"] as const)
        : size < 86_400_000
          ? ([3_600_000, "h"] as const)
          : ([86_400_000, "d"] as const);
  const amount = `${Math.floor(size / length)} ${unit}`;
  return distance < 0 ? `in ${amount}` : `${amount} ago`;
}

/** "2026-11-22 21:05:03 UTC", or the browser's own zone. */
export function formatTime(time: number, zone: "utc" | "local"): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
    ...(zone === "utc" ? { timeZone: "UTC" } : {}),
  }).formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((entry) => entry.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}:${part("second")} ${part("timeZoneName")}`;
}

/** The first characters of a text; one that takes two code units is never cut in the middle. */
export function headOf(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const head = text.slice(0, charactersMax);
  return head.isWellFormed() ? head : head.slice(0, -1);
}
