"use client";
import { useEffect, useRef, useState } from "react";

interface KeptDraft {
  readonly text: string;
  readonly savedAt: number;
}

export interface DraftText {
  readonly text: string;
  readonly setText: (text: string) => void;
  /** What this person left unfinished on this browser; null once it is taken up or thrown away. */
  readonly offered: KeptDraft | null;
  /** The offer is answered: the text of it is taken up elsewhere. */
  readonly accept: () => void;
  readonly discard: () => void;
  /** The text became a dataset: there is nothing to come back to. */
  readonly forget: () => void;
}

const emptyDraft = /^[\s{}]*$/;

function readKept(key: string): KeptDraft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null") as KeptDraft | null;
    return typeof kept?.text === "string" && !emptyDraft.test(kept.text) ? kept : null;
  } catch {
    return null;
  }
}

/** The text being written, kept for `userId` in this browser until it is created or discarded. */
export function useDraft(userId: string): DraftText {
  const key = `letsdata-draft-${userId}`;
  const [text, setText] = useState("");
  const [offered, setOffered] = useState<KeptDraft | null>(null);
  const offeredKey = useRef("");
  const offer = () => {
    if (offeredKey.current === key) return;
    offeredKey.current = key;
    setOffered(readKept(key));
  };
  useEffect(offer, [key]);
  const forget = () => {
    localStorage.removeItem(key);
    setOffered(null);
  };
  return {
    text,
    setText: (next) => {
      // Of text that was typed before the page was ready: what is kept is read before it is written over.
      offer();
      setText(next);
      try {
        localStorage.setItem(key, JSON.stringify({ text: next, savedAt: Date.now() } satisfies KeptDraft));
      } catch {
        // A full or forbidden store: the text lives as long as the page.
      }
    },
    offered,
    accept: () => setOffered(null),
    discard: forget,
    forget,
  };
}
