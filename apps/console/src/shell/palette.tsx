"use client";
import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Database, type LucideIcon, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { useDeferredValue, useState } from "react";
import { api } from "../api/api.ts";
import { type Place, places } from "./navigation.ts";
import { usePerson } from "./person.tsx";

const datasetsShownMax = 8;
const creating: Place = { href: "/datasets/new", text: "Create a dataset", icon: Plus };

interface Found {
  /** Unique in the list: the path of a page, the id of a dataset. */
  readonly value: string;
  readonly href: string;
  readonly text: string;
  readonly icon: LucideIcon;
  readonly datasetStatus?: string;
}

/** Goes anywhere by typing: pages, and the tenant's datasets found on the server. */
export function Palette({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  const router = useRouter();
  const { userRole } = usePerson();
  const [text, setText] = useState("");
  const typed = text.trim();
  const asked = useDeferredValue(typed);
  const [pointed, setPointed] = useState<{ readonly typed: string; readonly value: string }>();
  const datasets = useQuery({
    ...api.datasets.list.queryOptions({ input: { limit: datasetsShownMax, ...(asked ? { text: asked } : {}) } }),
    enabled: open,
    placeholderData: (before) => before,
  });
  const go = (href: string) => {
    onOpenChange(false);
    setText("");
    router.push(href);
  };
  const matches = (words: string) => words.toLowerCase().includes(typed.toLowerCase());
  const found: readonly Found[] = [
    ...[creating, ...places]
      .filter((place) => matches(place.text) && (!place.adminOnly || userRole === "TenantAdmin"))
      .map((place) => ({ value: place.href, ...place })),
    // While the server looks for the new text, its last answer is shown as far as it fits.
    ...(datasets.data?.items ?? [])
      .filter((dataset) => matches(dataset.datasetName) || matches(dataset.datasetId))
      .map((dataset) => ({
        value: dataset.datasetId,
        href: `/datasets/${dataset.datasetName}`,
        text: dataset.datasetName,
        icon: Database,
        datasetStatus: dataset.datasetStatus,
      })),
  ];
  // By what is typed, not by what is asked for already: Enter right behind the last letter means this text.
  // Of our own: cmdk loses the selected item when it leaves the list together with others, and Enter then goes nowhere.
  const selected = found.find(({ value }) => pointed?.typed === typed && pointed.value === value) ?? found[0];
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[rgb(10_12_20/45%)]" />
        <Radix.Content className="fixed inset-x-3 top-[12dvh] z-50 mx-auto max-w-xl overflow-hidden rounded-lg border border-line bg-raised shadow-soft">
          <Radix.Title className="sr-only">Go to…</Radix.Title>
          <Radix.Description className="sr-only">Type the name of a page or dataset</Radix.Description>
          <Command
            shouldFilter={false}
            label="Go to…"
            value={selected?.value ?? ""}
            onValueChange={(value) => setPointed({ typed, value })}
          >
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder="Page or dataset"
              className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
            />
            <Command.List className="max-h-80 overflow-y-auto p-2">
              {datasets.isFetching || asked !== typed ? null : (
                <Command.Empty className="px-2.5 py-6 text-center text-ink-soft">Nothing of that name.</Command.Empty>
              )}
              {found.map(({ value, href, text: name, icon: Icon, datasetStatus }) => (
                <Command.Item
                  key={value}
                  value={value}
                  onSelect={() => go(href)}
                  className="flex h-9 items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-selected [&_svg]:size-4 [&_svg]:text-ink-soft"
                >
                  <Icon aria-hidden />
                  <span className="min-w-0 flex-1 truncate">{name}</span>
                  {datasetStatus ? <span className="figures text-xs text-ink-faint">{datasetStatus}</span> : null}
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
