import type { WorkEstimateDto } from "@letsdata/api/contract/try-dataset";
import { formatBytes, formatCount, formatDuration } from "../../ui/format.ts";

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumSignificantDigits: 2 });

/** What the whole dataset will take, from what the trial measured. */
export function Estimate({ estimate }: { readonly estimate: WorkEstimateDto }) {
  const figures = [
    ["Tasks", formatCount(estimate.tasks)],
    ["Source", estimate.bytes === null ? "unknown" : formatBytes(estimate.bytes)],
    ["Time", `about ${formatDuration(estimate.seconds * 1000)}`],
    ["Cost", `about ${dollars.format(estimate.totalUsd)}`],
  ] as const;
  return (
    <section aria-label="Estimate" className="space-y-3">
      <h3 className="font-medium">Estimate</h3>
      <dl className="flex flex-wrap gap-x-8 gap-y-3">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-[13px] text-ink-soft">{name}</dt>
            <dd className="font-mono text-lg font-medium tracking-tight tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <details className="text-[13px]">
        <summary className="w-fit cursor-pointer text-accent">What the figures rest on</summary>
        <ul className="list-disc space-y-1 pt-2 pl-4 text-ink-soft">
          {estimate.basis.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
          {estimate.lines.map((line) => (
            <li key={line.meter}>
              <span className="figures">{line.meter}</span>: {Number(line.quantity.toPrecision(3))} {line.unit},{" "}
              {dollars.format(line.costUsd)}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
