"use client";
import type { ChartDto } from "@letsdata/api/contract/metrics";
import { AbsoluteTime } from "../ui/clock.tsx";
import { rowsOf } from "./series-rows.ts";

/** The same data as a table. */
export function ChartTable({ chart }: { readonly chart: ChartDto }) {
  const rows = rowsOf(chart.series).filter((row) => chart.series.some((_, index) => row[`s${index}`] !== null));
  return (
    <table className="w-full text-left text-[13px]">
      <caption className="sr-only">{chart.title}</caption>
      <thead>
        <tr className="border-b border-line text-ink-soft">
          <th scope="col" className="py-1.5 font-medium">
            Time
          </th>
          {chart.series.map((entry) => (
            <th key={entry.name} scope="col" className="py-1.5 pl-4 text-right font-medium">
              {entry.name} ({entry.unit})
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="figures divide-y divide-line">
        {rows.map((row) => (
          <tr key={row.time}>
            <td className="py-1">
              <AbsoluteTime time={row.time} />
            </td>
            {chart.series.map((entry, index) => (
              <td key={entry.name} className="py-1 pl-4 text-right">
                {row[`s${index}`]?.toLocaleString("en-US", { maximumFractionDigits: 3 }) ?? ""}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
