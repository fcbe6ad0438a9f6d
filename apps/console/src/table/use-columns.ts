"use client";
import { useEffect, useState } from "react";

/** Which columns this browser hides in the table called `name`. */
export function useHiddenColumns(name: string): readonly [ReadonlySet<string>, (id: string, shown: boolean) => void] {
  const key = `letsdata-columns-${name}`;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    setHidden(new Set((localStorage.getItem(key) ?? "").split(" ").filter(Boolean)));
  }, [key]);
  return [
    hidden,
    (id, shown) => {
      const next = new Set(hidden);
      if (shown) next.delete(id);
      else next.add(id);
      localStorage.setItem(key, [...next].join(" "));
      setHidden(next);
    },
  ];
}
