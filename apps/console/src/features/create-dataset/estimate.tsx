import type { WorkEstimateDto } from "@letsdata/api/contract/try-dataset";
import { formatBytes, formatCount, formatDuration } from "../../ui/format.ts";

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumSignificantDigits: 2 });

const names = { records: "Records", bytes: "Size", time: "Time" } as const;

/** What the whole dataset will take, from what the source says of itself and what the trial measured. */
export function Estimate({ estimate }: { readonly estimate: WorkEstimateDto }) {
  const { tasks, tasksAtOnce, records, bytes, seconds, costPer, totalUsd } = estimate;
  const figures = [
    ["Tasks", tasks > tasksAtOnce ? `${formatCount(tasks)}, ${formatCount(tasksAtOnce)} at once` : formatCount(tasks)],
    [names.records, records === null ? null : records === 0 ? "none" : `about ${formatCount(records)}`],
    [names.bytes, bytes === null ? null : bytes === 0 ? "none" : `about ${formatBytes(bytes)}`],
    [names.time, seconds === null ? null : `about ${formatDuration(seconds * 1000)}`],
    ["Cost", `about ${dollars.format(totalUsd)}${costPer === "hour" ? " an hour" : ""}`],
  ] as const;
  return (
    <section aria-label="Estimate" className="space-y-3">
      <h3 className="font-medium">Estimate</h3>
      <dl className="flex flex-wrap gap-x-8 gap-y-3">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-[13px] text-ink-soft">{name}</dt>
            {value === null ? (
              <dd className="text-lg text-ink-soft">not known</dd>
            ) : (
              <dd className="font-mono text-lg font-medium tracking-tight tabular-nums">{value}</dd>
            )}
          </div>
        ))}
      </dl>
      <NotKnown estimate={estimate} />
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

/** "Records and size". */
function asSentence(names: readonly string[]): string {
  const [first, ...others] = names;
  return [first, ...others.map((name) => name.toLowerCase())].join(" and ");
}

/** Each reason once, with all it leaves open. */
function NotKnown({ estimate: { notKnown, costPer } }: { readonly estimate: WorkEstimateDto }) {
  const reasons = [...new Set(notKnown.map(({ reason }) => reason))];
  return (
    <ul className="space-y-1 text-[13px] text-ink-soft">
      {reasons.map((reason) => {
        const open = notKnown.filter((one) => one.reason === reason).map(({ what }) => names[what]);
        return (
          <li key={reason} className="break-words">
            <span className="text-ink">{asSentence(open)}:</span> {reason}
          </li>
        );
      })}
      {costPer === "hour" ? (
        <li>
          <span className="text-ink">Cost:</span> of an hour of running; what is read and written comes on top.
        </li>
      ) : null}
    </ul>
  );
}
