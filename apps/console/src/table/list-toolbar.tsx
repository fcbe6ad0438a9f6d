"use client";
import { Columns3, Search, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/input.tsx";
import { Menu, MenuCheck, MenuLabel } from "../ui/menu.tsx";
import type { Column } from "./data-table.tsx";

const typingPauseMilliseconds = 250;

/** The filter box of a list; `/` jumps into it. Tells the list after a short pause in typing. */
export function FilterBox({
  value,
  onChange,
  label,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
}) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      onChange(text);
    }, typingPauseMilliseconds);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className="relative w-full sm:w-72">
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-faint" />
      <Input
        type="search"
        data-list-filter
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={128}
        onChange={(event) => setText(event.target.value)}
        className="px-8 [&::-webkit-search-cancel-button]:hidden"
      />
      {text === "" ? (
        <kbd
          aria-hidden
          className="figures pointer-events-none absolute top-1.5 right-2 rounded-sm border border-line px-1 text-xs leading-4.5 text-ink-faint"
        >
          /
        </kbd>
      ) : (
        <Button
          look="quiet"
          size="tiny"
          aria-label="Clear the filter"
          className="absolute top-1 right-1"
          onClick={() => setText("")}
        >
          <X aria-hidden />
        </Button>
      )}
    </div>
  );
}

export function ColumnChooser<Row>({
  columns,
  hidden,
  onChange,
}: {
  readonly columns: readonly Column<Row>[];
  readonly hidden: ReadonlySet<string>;
  readonly onChange: (id: string, shown: boolean) => void;
}) {
  return (
    <Menu
      trigger={
        <Button>
          <Columns3 aria-hidden />
          Columns
        </Button>
      }
    >
      <MenuLabel>Columns shown</MenuLabel>
      {columns
        .filter((column) => !column.names)
        .map((column) => (
          <MenuCheck key={column.id} checked={!hidden.has(column.id)} onChange={(shown) => onChange(column.id, shown)}>
            {column.header}
          </MenuCheck>
        ))}
    </Menu>
  );
}

export function ListToolbar({ children }: { readonly children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2 px-4 pb-3 md:px-8">{children}</div>;
}
