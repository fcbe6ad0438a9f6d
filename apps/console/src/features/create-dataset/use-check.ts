"use client";
import type { ValidationDto } from "@letsdata/api/contract/access-policy-dto";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api } from "../../api/api.ts";
import type { Draft } from "../../config-form/read-draft.ts";

const typingPauseMilliseconds = 300;

export interface Check {
  readonly state: "empty" | "syntax" | "checking" | "valid" | "invalid" | "failed";
  readonly result: ValidationDto | undefined;
  readonly failure: unknown;
  readonly again: () => void;
}

/** What the parser in the page says at once, in the server's words. */
function checkHere(value: unknown): ValidationDto {
  const parsed = parseDatasetConfig(value);
  const errors = parsed.ok ? [] : parsed.problems.map((problem) => ({ ...problem }));
  return { valid: parsed.ok, config: null, notices: [...parsed.notices], errors };
}

/** What is wrong with the draft: at once what this page can see, and what only the server knows a moment after the last keystroke. */
export function useCheck(text: string, draft: Draft): Check {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingPauseMilliseconds);
    return () => clearTimeout(timer);
  }, [text]);
  const empty = text.trim() === "";
  const broken = draft.syntaxProblems.length > 0;
  const waiting = settled !== text;
  const here = useMemo(() => (empty || broken ? undefined : checkHere(draft.value)), [empty, broken, draft.value]);
  const query = useQuery({
    ...api.datasets.validate.queryOptions({ input: draft.value }),
    queryKey: ["validate-dataset", settled],
    enabled: here?.valid === true && !waiting,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  const again = () => void query.refetch();
  if (empty) return { state: "empty", result: undefined, failure: null, again };
  if (broken) return { state: "syntax", result: undefined, failure: null, again };
  if (here && !here.valid) return { state: "invalid", result: here, failure: null, again };
  if (query.isError && !waiting) return { state: "failed", result: undefined, failure: query.error, again };
  if (waiting || query.isPlaceholderData || !query.data)
    return { state: "checking", result: here, failure: null, again };
  return { state: query.data.valid ? "valid" : "invalid", result: query.data, failure: null, again };
}
