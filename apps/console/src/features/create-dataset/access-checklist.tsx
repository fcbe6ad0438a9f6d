import type { AccessCheckDto, AccessPolicyDto } from "@letsdata/api/contract/access-policy-dto";
import { type OwnedThing, pathOfThing, thingsMade } from "@letsdata/dataset/resource-owners";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { CopyButton } from "../../ui/copy-button.tsx";
import { CheckMark, type CheckState } from "./check-mark.tsx";

type Need = AccessPolicyDto["checklist"][number];

const thingNames: Readonly<Record<OwnedThing, string>> = {
  readConnector: "Source",
  artifact: "Handler package",
  image: "Handler image",
  manifestFile: "Manifest",
  writeConnector: "Target",
  errorConnector: "Error bucket",
  modelFile: "Model file",
  endpoint: "Endpoint",
};

const owners = [
  { location: "Customer", title: "Yours" },
  { location: "LetsData", title: "LetsData's" },
] as const;

/** What is touched, by owner; after a check each with a tick or what is missing. */
export function AccessChecklist({
  checklist,
  check,
}: {
  readonly checklist: readonly Need[];
  readonly check: AccessCheckDto | undefined;
}) {
  return (
    <div className="@container space-y-4">
      {owners.map(({ location, title }) => {
        const needs = checklist.filter((need) => need.resourceLocation === location);
        if (needs.length === 0) return null;
        return (
          <section key={location} aria-label={title}>
            <h3 className="pb-1 font-medium">{title}</h3>
            <ul className="divide-y divide-line border-y border-line">
              {needs.map((need) => (
                <NeedRow
                  key={`${need.component}:${need.reason}:${need.resources.join()}`}
                  need={need}
                  findings={check ? findingsOf(need, checklist, check.errors) : []}
                  state={check ? stateOf(need, checklist, check.errors) : undefined}
                />
              ))}
            </ul>
          </section>
        );
      })}
      {check ? <Findings findings={elsewhere(checklist, check.errors)} /> : null}
    </div>
  );
}

function NeedRow({
  need,
  findings,
  state,
}: {
  readonly need: Need;
  readonly findings: readonly ProblemDetail[];
  /** undefined before a check. */
  readonly state: CheckState | undefined;
}) {
  const name = thingNames[need.component as OwnedThing] ?? need.component;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 py-2 @xl:grid-cols-[9rem_minmax(0,1fr)_7rem]">
      <span>{name}</span>
      {state === undefined ? null : (
        <span className="@xl:col-start-3 @xl:row-start-1">
          <CheckMark state={state} />
        </span>
      )}
      <span className="col-span-2 min-w-0 @xl:col-span-1 @xl:col-start-2 @xl:row-start-1">
        {need.reason}
        {need.resources.map((resource) => (
          <span key={resource} className="figures block break-all">
            {resource}
          </span>
        ))}
        {need.actions.length > 0 ? (
          <span className="figures block break-words text-ink-soft">{need.actions.join(", ")}</span>
        ) : null}
        {state === "notKnown" ? (
          <span className="block text-[13px] text-ink-soft">
            May not have been asked for: another call on it failed.
          </span>
        ) : null}
        <Findings findings={findings} />
      </span>
    </li>
  );
}

/** Each with what AWS refused on what, and the statement that mends it, to copy. */
export function Findings({ findings }: { readonly findings: readonly ProblemDetail[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="space-y-2 pt-1">
      {findings.map((finding) => {
        const { words, statement } = partsOfFix(finding.fix ?? "");
        return (
          <li key={`${finding.path}:${finding.message}`} className="rounded-md bg-bad-wash p-2 text-[13px]">
            <span className="figures break-all">{finding.path}</span>
            <span className="block break-words text-bad">{finding.message}</span>
            <span className="block break-words text-ink-soft">{words}</span>
            {statement ? (
              <span className="flex items-start gap-1">
                <code className="figures min-w-0 flex-1 break-all whitespace-pre-wrap">{statement}</code>
                <CopyButton value={statement} label="Copy the statement" />
              </span>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

function partsOfFix(fix: string): { readonly words: string; readonly statement: string | undefined } {
  const at = fix.indexOf("{");
  if (at < 0) return { words: fix, statement: undefined };
  try {
    return { words: fix.slice(0, at).trim(), statement: JSON.stringify(JSON.parse(fix.slice(at)), null, 2) };
  } catch {
    return { words: fix, statement: undefined };
  }
}

/** The thing a finding is about: the one whose path goes deepest into the finding's. */
function thingOf(path: string, checklist: readonly Need[]): string | undefined {
  const paths = checklist.map(({ component }) => ({
    component,
    at: pathOfThing[component as OwnedThing] ?? component,
  }));
  return paths
    .filter(({ at }) => path === at || path.startsWith(`${at}.`))
    .sort((left, right) => right.at.length - left.at.length)[0]?.component;
}

/** A finding belongs to the line that names its resource, or to the first line of its thing. */
function findingsOf(
  need: Need,
  checklist: readonly Need[],
  errors: readonly ProblemDetail[],
): readonly ProblemDetail[] {
  return errors.filter((finding) => {
    const lines = checklist.filter(({ component }) => component === thingOf(finding.path, checklist));
    const action = lines.find(({ actions }) => actions.some((name) => finding.message.includes(name)));
    return (action ?? lines[0]) === need;
  });
}

/** A line without a finding works, unless another of the same thing failed: then this one may never have been asked for. */
function stateOf(need: Need, checklist: readonly Need[], errors: readonly ProblemDetail[]): CheckState {
  const isMade = need.resourceLocation === "LetsData" && thingsMade.has(need.component as OwnedThing);
  const findings = findingsOf(need, checklist, errors);
  if (findings.length > 0) return findings.some(({ code }) => code === "ACCESS_DENIED") ? "refused" : "failed";
  if (isMade) return "madeLater";
  return errors.some(({ path }) => thingOf(path, checklist) === need.component) ? "notKnown" : "works";
}

function elsewhere(checklist: readonly Need[], errors: readonly ProblemDetail[]): readonly ProblemDetail[] {
  return errors.filter((finding) => thingOf(finding.path, checklist) === undefined);
}
