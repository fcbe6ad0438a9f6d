"use client";
import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Database, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog as Radix } from "radix-ui";
import { useDeferredValue, useState } from "react";
import { api } from "../api/api.ts";
import { places } from "./navigation.ts";
import { usePerson } from "./person.tsx";

const datasetsShownMax = 8;
const itemLook =
  "flex h-9 items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-selected [&_svg]:size-4 [&_svg]:text-ink-soft";

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
  const asked = useDeferredValue(text.trim());
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
  const matches = (words: string) => words.toLowerCase().includes(asked.toLowerCase());
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[rgb(10_12_20/45%)]" />
        <Radix.Content className="fixed inset-x-3 top-[12dvh] z-50 mx-auto max-w-xl overflow-hidden rounded-lg border border-line bg-raised shadow-soft">
          <Radix.Title className="sr-only">Go to…</Radix.Title>
          <Radix.Description className="sr-only">Type the name of a page or dataset</Radix.Description>
          <Command shouldFilter={false} label="Go to…">
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder="Page or dataset"
              className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
            />
            <Command.List className="max-h-80 overflow-y-auto p-2">
              <Command.Empty className="px-2.5 py-6 text-center text-ink-soft">Nothing of that name.</Command.Empty>
              {matches("Create a dataset") ? (
                <Command.Item value="create" onSelect={() => go("/datasets/new")} className={itemLook}>
                  <Plus aria-hidden />
                  Create a dataset
                </Command.Item>
              ) : null}
              {places
                .filter((place) => matches(place.text) && (!place.adminOnly || userRole === "TenantAdmin"))
                .map(({ href, text: name, icon: Icon }) => (
                  <Command.Item key={href} value={href} onSelect={() => go(href)} className={itemLook}>
                    <Icon aria-hidden />
                    {name}
                  </Command.Item>
                ))}
              {datasets.data?.items.map((dataset) => (
                <Command.Item
                  key={dataset.datasetId}
                  value={dataset.datasetId}
                  onSelect={() => go(`/datasets/${dataset.datasetName}`)}
                  className={itemLook}
                >
                  <Database aria-hidden />
                  <span className="min-w-0 flex-1 truncate">{dataset.datasetName}</span>
                  <span className="figures text-xs text-ink-faint">{dataset.datasetStatus}</span>
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
