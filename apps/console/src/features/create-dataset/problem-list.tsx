import { useState } from "react";
import { Button } from "../../ui/button.tsx";

export interface ListedProblem {
  readonly key: string;
  /** Where it is, in the words of the door: a line, or a step and field. */
  readonly place: string;
  readonly path?: string;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly onOpen: () => void;
}

const shownAtFirst = 5;

/** Every problem as a link to its place; a long list begins folded. */
export function ProblemList({ problems }: { readonly problems: readonly ListedProblem[] }) {
  const [all, setAll] = useState(false);
  const list = (
    <ul className="divide-y divide-line border-y border-line">
      {problems.slice(0, all ? undefined : shownAtFirst).map((problem) => (
        <li key={problem.key} className="py-2 text-[13px]">
          <button type="button" onClick={problem.onOpen} className="block w-full text-left hover:[&_.place]:underline">
            <span className="place text-accent">{problem.place}</span>
            {problem.path ? <span className="figures break-all"> {problem.path}</span> : null}
            <span className="block break-words">{problem.message}</span>
          </button>
          {problem.fix ? <p className="break-words text-ink-soft">{problem.fix}</p> : null}
        </li>
      ))}
    </ul>
  );
  if (problems.length <= shownAtFirst) return list;
  return (
    <div className="space-y-2">
      {list}
      <Button size="small" aria-expanded={all} onClick={() => setAll(!all)}>
        {all ? "Show fewer" : `Show all ${problems.length}`}
      </Button>
    </div>
  );
}
