"use client";
import { useEffect, useEffectEvent } from "react";

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function rowLinks(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row] [data-row-link]")];
}

function moveRow(step: 1 | -1): void {
  const links = rowLinks();
  if (links.length === 0) return;
  const at = links.findIndex((link) => link.closest("[data-row]")?.contains(document.activeElement));
  const next = at === -1 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
  links[next]?.focus();
}

/** Keys of every page: `?` keys, `⌘K` palette, `/` filter, `j` and `k` rows. Nothing fires while somebody types. */
export function useKeys({ onHelp, onPalette }: { readonly onHelp: () => void; readonly onPalette: () => void }): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      onPalette();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("[role=dialog][data-state=open]")) return;
    if (event.key === "?") onHelp();
    else if (event.key === "/") {
      const box = document.querySelector<HTMLInputElement>("[data-list-filter]");
      if (!box) return;
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "j") moveRow(1);
    else if (event.key === "k") moveRow(-1);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}
