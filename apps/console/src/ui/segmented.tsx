"use client";
import { RadioGroup } from "radix-ui";

export interface SegmentedOption<Value extends string> {
  readonly value: Value;
  readonly text: string;
}

/** One of a few, side by side. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly SegmentedOption<Value>[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as Value)}
      className="inline-flex rounded-md border border-line bg-surface p-0.5"
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          className="h-7 rounded-sm px-3 text-[13px] font-medium text-ink-soft hover:text-ink data-[state=checked]:bg-page data-[state=checked]:text-ink data-[state=checked]:shadow-[0_0_0_1px_var(--line)]"
        >
          {option.text}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
