"use client";
import type { ChartDto } from "@letsdata/api/contract/metrics";
import { useMemo } from "react";
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useZone } from "../ui/clock.tsx";
import { formatTime } from "../ui/format.ts";
import { rowsOf, standsAlone } from "./series-rows.ts";

const colours = ["var(--accent)", "var(--good-fill)", "var(--bad-fill)", "var(--busy-fill)"];
const toneColours = { red: "var(--bad-fill)", green: "var(--good-fill)", blue: "var(--busy-fill)" };
/** Digits that count, not places: neighbours on an axis that ends at 0.1 differ, too. */
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

function colourOf(entry: ChartDto["series"][number], index: number): string {
  return entry.tone ? toneColours[entry.tone] : colours[index % colours.length]!;
}

interface LoneDot {
  readonly cx?: number;
  readonly cy?: number;
  readonly index: number;
  readonly stroke?: string;
}

/** One chart of the catalogue; all charts of a page share time range and crosshair. */
export function MetricChart({ chart }: { readonly chart: ChartDto }) {
  const [zone] = useZone();
  const rows = useMemo(() => rowsOf(chart.series), [chart.series]);
  const right = chart.series.some((entry) => entry.axis === "right");
  const left = chart.series.some((entry) => entry.axis === "left");
  const clock = (time: number) => formatTime(time, zone).slice(11, 16);
  return (
    <div className="h-44">
      <ResponsiveContainer width="100%" height="100%">
        <LineChart
          data={rows as ReturnType<typeof rowsOf>[number][]}
          syncId="dataset-metrics"
          margin={{ top: 8, right: right ? 0 : 12, bottom: 0, left: left ? 0 : 12 }}
          accessibilityLayer
        >
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="time"
            type="number"
            domain={[chart.from, chart.to]}
            tickFormatter={clock}
            tick={{ fill: "var(--ink-soft)", fontSize: 12 }}
            stroke="var(--line)"
            tickLine={false}
            minTickGap={40}
          />
          {left ? (
            <YAxis
              yAxisId="left"
              width={44}
              tickFormatter={(value: number) => compact.format(value)}
              tick={{ fill: "var(--ink-soft)", fontSize: 12 }}
              stroke="transparent"
              tickLine={false}
            />
          ) : null}
          {right ? (
            <YAxis
              yAxisId="right"
              orientation="right"
              width={44}
              tickFormatter={(value: number) => compact.format(value)}
              tick={{ fill: "var(--ink-soft)", fontSize: 12 }}
              stroke="transparent"
              tickLine={false}
            />
          ) : null}
          <Tooltip
            isAnimationActive={false}
            contentStyle={{
              background: "var(--raised)",
              border: "1px solid var(--line)",
              borderRadius: 6,
              color: "var(--ink)",
              fontSize: 13,
              padding: "6px 10px",
            }}
            labelFormatter={(time) => formatTime(Number(time), zone)}
            formatter={(value, _name, item) => {
              const entry = chart.series[Number(String(item.dataKey).slice(1))];
              return [`${compact.format(Number(value))} ${entry?.unit ?? ""}`, entry?.name ?? ""];
            }}
          />
          {chart.series.map((entry, index) => (
            <Line
              key={entry.name}
              yAxisId={entry.axis}
              dataKey={`s${index}`}
              stroke={colourOf(entry, index)}
              strokeWidth={1.75}
              dot={({ cx, cy, index: at, stroke }: LoneDot) =>
                standsAlone(rows, `s${index}`, at) ? (
                  <circle key={at} cx={cx} cy={cy} r={3} fill={stroke} />
                ) : (
                  <g key={at} />
                )
              }
              connectNulls={false}
              isAnimationActive={false}
              type="linear"
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}

/** Names, units and axes of the series, each with its colour. */
export function ChartLegend({ chart }: { readonly chart: ChartDto }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[13px] text-ink-soft">
      {chart.series.map((entry, index) => (
        <li key={entry.name} className="flex items-center gap-1.5">
          <span aria-hidden className="h-0.5 w-3" style={{ background: colourOf(entry, index) }} />
          {entry.name}
          <span className="text-ink-faint">
            {entry.unit}, {entry.statistic}
            {chart.series.some((other) => other.axis !== entry.axis) ? `, ${entry.axis}` : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}
