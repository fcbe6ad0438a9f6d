"use client";
import { usePathname, useSearchParams } from "next/navigation";

export type UrlPatch = Readonly<Record<string, string | readonly string[] | null>>;

/** `search` with `patch` applied; null and empty values are left out. */
export function patchSearch(search: string, patch: UrlPatch): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(patch)) {
    params.delete(name);
    for (const entry of typeof value === "string" ? [value] : (value ?? []))
      if (entry !== "") params.append(name, entry);
  }
  return params.toString();
}

export interface UrlState {
  readonly get: (name: string) => string;
  readonly getAll: (name: string) => readonly string[];
  /** A filter or a page is a step that "back" undoes; typing replaces the step. */
  readonly set: (patch: UrlPatch, step?: "push" | "replace") => void;
}

/** What a list shows lives in its address: it can be sent to a colleague and undone with "back". */
export function useUrlState(): UrlState {
  const params = useSearchParams();
  const path = usePathname();
  return {
    get: (name) => params.get(name) ?? "",
    getAll: (name) => params.getAll(name),
    set: (patch, step = "push") => {
      const search = patchSearch(window.location.search, patch);
      const address = search === "" ? path : `${path}?${search}`;
      if (step === "push") window.history.pushState(null, "", address);
      else window.history.replaceState(null, "", address);
    },
  };
}
