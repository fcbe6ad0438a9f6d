"use client";
import { useEffect, useState } from "react";

const key = "letsdata-dataset-draft";

/** The text being written; survives a reload of this browser tab, not its closing. */
export function useDraft(): readonly [string, (text: string) => void, () => void] {
  const [text, setText] = useState("");
  useEffect(() => {
    const kept = sessionStorage.getItem(key);
    if (kept) setText(kept);
  }, []);
  return [
    text,
    (next) => {
      setText(next);
      sessionStorage.setItem(key, next);
    },
    () => sessionStorage.removeItem(key),
  ];
}
