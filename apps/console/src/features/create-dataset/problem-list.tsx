export interface ListedProblem {
  readonly key: string;
  /** Where it is, in the words of the door: a line, or a step and field. */
  readonly place: string;
  readonly path?: string;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly onOpen: () => void;
}

/** Every problem as a link to its place. */
export function ProblemList({ problems }: { readonly problems: readonly ListedProblem[] }) {
  return (
    <ul className="divide-y divide-line border-y border-line">
      {problems.map((problem) => (
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
}
