"use client";
import { Plus, X } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Input, TextArea } from "../ui/input.tsx";
import { type MapRow, mapOfRows, repeatedNames, rowsOfMap } from "./map-rows.ts";

export interface MapControlProps {
  /** Id of the first control, which the label stands for. */
  readonly id: string;
  readonly label: string;
  readonly path: string;
  readonly value: unknown;
  readonly example: unknown;
  readonly describedBy: string | undefined;
  readonly invalid: true | undefined;
  readonly onChange: (value: unknown) => void;
  readonly onFocus: () => void;
}

const emptyRow: MapRow = { name: "", text: "" };

/** Names and their texts, a row each; a row counts as soon as it has a name. */
export function MapControl(props: MapControlProps) {
  const { label, path, value, onChange } = props;
  const [rows, setRows] = useState<readonly MapRow[]>(() => startOf(value));
  const [written, setWritten] = useState(value);
  if (!sameMap(value, written)) {
    setWritten(value);
    setRows(startOf(value));
  }
  const repeated = repeatedNames(rows);
  const [exampleName, exampleText] = Object.entries(props.example ?? {})[0] ?? ["", ""];
  const added = useRef(false);
  const change = (next: readonly MapRow[]) => {
    const map = mapOfRows(next);
    setRows(next.length === 0 ? [emptyRow] : next);
    setWritten(map);
    onChange(map);
  };
  const edit = (at: number, part: Partial<MapRow>) =>
    change(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot stand under the label every other field has.
    <div role="group" aria-label={label} aria-describedby={props.describedBy} className="space-y-2">
      {rows.map((row, index) => (
        <div key={index} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_2rem] gap-2">
          <Input
            ref={(input) => {
              if (input === null || !added.current || index !== rows.length - 1) return;
              added.current = false;
              input.focus();
            }}
            id={index === 0 ? props.id : undefined}
            data-path={index === 0 ? path : undefined}
            aria-label={`${label}, name ${index + 1}`}
            aria-invalid={repeated.has(row.name) || props.invalid}
            value={row.name}
            placeholder={index === 0 && exampleName !== "" ? `such as ${exampleName}` : "Name"}
            spellCheck={false}
            autoComplete="off"
            className="figures"
            onFocus={props.onFocus}
            onChange={(event) => edit(index, { name: event.target.value })}
          />
          <TextArea
            rows={1}
            aria-label={`${label}, text ${index + 1}`}
            value={row.text}
            placeholder={index === 0 && exampleName !== "" ? `such as ${JSON.stringify(exampleText)}` : "Text"}
            spellCheck={false}
            className="figures field-sizing-content min-h-8 resize-none py-1.5"
            onFocus={props.onFocus}
            onChange={(event) => edit(index, { text: event.target.value })}
          />
          <Button
            look="quiet"
            size="icon"
            aria-label={`Remove ${row.name || `row ${index + 1}`}`}
            onClick={() => change(rows.filter((_, other) => other !== index))}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      {repeated.size > 0 ? (
        <p role="alert" className="text-[13px] break-words text-bad">
          {[...repeated].join(", ")} stands here twice; the last one counts.
        </p>
      ) : null}
      <Button
        size="small"
        onClick={() => {
          added.current = true;
          setRows([...rows, emptyRow]);
        }}
      >
        <Plus aria-hidden />
        Add a row
      </Button>
    </div>
  );
}

function startOf(value: unknown): readonly MapRow[] {
  const rows = rowsOfMap(value) ?? [];
  return rows.length === 0 ? [emptyRow] : rows;
}

function sameMap(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
