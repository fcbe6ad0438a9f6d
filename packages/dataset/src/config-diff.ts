import { describeDatasetForm, type FormField } from "./describe-form.ts";
import type { DatasetAction } from "./lifecycle.ts";
import { isObject } from "./schema-variants.ts";

/** One attribute that differs. */
export interface ConfigChange {
  /** JSON path such as `computeEngine.concurrency`. */
  readonly path: string;
  /** As the form calls it. */
  readonly label: string;
  readonly kind: "added" | "removed" | "changed";
  /** Absent for `added` and `removed`; long texts are cut. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** What the change restarts or makes again. */
  readonly effect: string;
  /** The action that can make this change on a dataset that exists; null: only a new dataset can have it. */
  readonly action: Extract<DatasetAction, "updateCode" | "updateCompute"> | null;
}

type Effect = Pick<ConfigChange, "effect" | "action">;

const loadsCode: Effect = {
  effect: "The code is loaded and checked; tasks use it from their next attempt. Tasks that are done stay done.",
  action: "updateCode",
};
const compute = (effect: string): Effect => ({ effect, action: "updateCompute" });
const remade: Effect = compute("The functions are made again; tasks use them from their next attempt.");
const newDatasetOnly: Effect = {
  effect: "An existing dataset keeps this: its tasks were planned with it. Create a new dataset from this one.",
  action: null,
};

/** The first that fits a path decides. */
const effects: readonly (readonly [RegExp, Effect])[] = [
  [/^readConnector\.artifact(FileS3Link|FileS3LinkResourceLocation)$/, loadsCode],
  [/^readConnector\.(interfaceECRImage\w+|\w+ImplementationClassName)$/, loadsCode],
  [
    /^accessGrantRoleArn$/,
    {
      effect: "Access is checked with the new role; tasks use it from their next attempt.",
      action: "updateCode",
    },
  ],
  [/^computeEngine\.(region|runSparkInterfaces)$/, newDatasetOnly],
  [
    /^computeEngine\.(lambda\.lambdaC|c)oncurrency$/,
    compute("As many tasks run at once from now on; none is restarted."),
  ],
  [
    /^computeEngine\.(\w+\.)?\w*[lL]ogLevel$/,
    compute("Lines below the level are no longer kept; nothing is restarted."),
  ],
  [
    /^computeEngine\.(endpoint|model)(\.|$)/,
    compute("The endpoint is made again; tasks use it from their next attempt."),
  ],
  [/^computeEngine\./, remade],
];

const shownLettersMax = 2_000;

/** What differs between two configurations, in the order of the form. Both in canonical names, with defaults. */
export function configDiff(before: unknown, after: unknown): readonly ConfigChange[] {
  const old = leavesOf(before);
  const now = leavesOf(after);
  const labels = new Map([...labelsOf(before), ...labelsOf(after)]);
  const order = [...labels.keys()];
  const placeOf = (path: string) => {
    const place = order.findIndex((known) => path === known || path.startsWith(`${known}.`));
    return place < 0 ? order.length : place;
  };
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => JSON.stringify(old.get(path)) !== JSON.stringify(now.get(path)))
    .map((path): ConfigChange => {
      const kind = old.has(path) ? (now.has(path) ? "changed" : "removed") : "added";
      return {
        path,
        label: labelOf(path, labels),
        kind,
        ...(old.has(path) ? { before: shown(old.get(path)) } : {}),
        ...(now.has(path) ? { after: shown(now.get(path)) } : {}),
        ...effectOf(path),
      };
    })
    .sort((left, right) => placeOf(left.path) - placeOf(right.path));
}

function effectOf(path: string): Effect {
  return effects.find(([pattern]) => pattern.test(path))?.[1] ?? newDatasetOnly;
}

/** Every attribute that is no group, by path; an empty object and an array are one value. */
function leavesOf(value: unknown, path = "", leaves = new Map<string, unknown>()): ReadonlyMap<string, unknown> {
  const entries = isObject(value) ? Object.entries(value).filter(([, one]) => one !== undefined) : [];
  if (entries.length === 0) {
    if (path !== "") leaves.set(path, value);
    return leaves;
  }
  for (const [name, one] of entries) leavesOf(one, path === "" ? name : `${path}.${name}`, leaves);
  return leaves;
}

function labelsOf(config: unknown): readonly (readonly [string, string])[] {
  const walk = (fields: readonly FormField[]): (readonly [string, string])[] =>
    fields.flatMap((field) => (field.kind === "group" ? walk(field.fields) : [[field.path, field.label] as const]));
  return walk(describeDatasetForm(config));
}

/** An entry of a map goes under the map's label. */
function labelOf(path: string, labels: ReadonlyMap<string, string>): string {
  const label = labels.get(path);
  if (label !== undefined) return label;
  const end = path.lastIndexOf(".");
  if (end < 0) return path;
  const parent = labels.get(path.slice(0, end));
  return parent === undefined ? path.slice(end + 1) : `${parent}: ${path.slice(end + 1)}`;
}

function shown(value: unknown): unknown {
  return typeof value === "string" && value.length > shownLettersMax ? `${value.slice(0, shownLettersMax)}…` : value;
}
