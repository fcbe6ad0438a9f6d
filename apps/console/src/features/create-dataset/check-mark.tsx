import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";

const marks = {
  works: { icon: CircleCheck, colour: "text-good", word: "Works" },
  refused: { icon: CircleAlert, colour: "text-bad", word: "Refused" },
  failed: { icon: CircleAlert, colour: "text-bad", word: "Failed" },
  notKnown: { icon: CircleDashed, colour: "text-ink-soft", word: "Not known" },
  madeLater: { icon: CircleDashed, colour: "text-ink-soft", word: "Made later" },
} as const;
export type CheckState = keyof typeof marks;

/** What a check of the access said of one line. */
export function CheckMark({ state }: { readonly state: CheckState }) {
  const { icon: Icon, colour, word } = marks[state];
  return (
    <span className={`flex items-center gap-1.5 whitespace-nowrap ${colour}`}>
      <Icon aria-hidden className="size-4 shrink-0" />
      {word}
    </span>
  );
}
