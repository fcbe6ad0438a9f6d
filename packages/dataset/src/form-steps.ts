import { describeDatasetForm, type FormField } from "./describe-form.ts";

/** A page of the wizard, and which part of the configuration it asks for. */
export interface FormStep {
  readonly id: string;
  readonly title: string;
  /** One sentence under the title. */
  readonly about: string;
  /** The component whose attributes it asks for; undefined for those at the top. */
  readonly component?: string;
  /** Asks only for attributes that name this part; the others of the component are asked for elsewhere. */
  readonly part?: FormField["part"];
  /** Asks for nothing. */
  readonly onlyShows?: true;
}

/** In the order in which they are asked. Every attribute is on exactly one. */
export const formSteps = [
  { id: "name", title: "Name and region", about: "What the dataset is called, and where it runs." },
  { id: "read", title: "Read", about: "Where records come from.", component: "readConnector" },
  {
    id: "handler",
    title: "Handler",
    about: "Your code that turns records into documents.",
    component: "readConnector",
    part: "handler",
  },
  { id: "write", title: "Write", about: "Where documents go.", component: "writeConnector" },
  { id: "errors", title: "Errors", about: "Where failed records are kept.", component: "errorConnector" },
  { id: "compute", title: "Compute", about: "What runs the tasks, and how many at once.", component: "computeEngine" },
  { id: "manifest", title: "Manifest", about: "How the work is cut into tasks.", component: "manifestFile" },
  {
    id: "access",
    title: "Access",
    about: "What you own is reached through a role of yours, and only with your user id as external id.",
    part: "access",
  },
  { id: "review", title: "Review", about: "What will be made, and a trial before anything is.", onlyShows: true },
] as const satisfies readonly FormStep[];
export type FormStepId = (typeof formSteps)[number]["id"];

export interface DescribedStep extends FormStep {
  readonly id: FormStepId;
  readonly fields: readonly FormField[];
}

/** The steps with the fields that apply to a configuration being written. */
export function describeDatasetSteps(config: unknown): readonly DescribedStep[] {
  const top = describeDatasetForm(config);
  const components = new Set(formSteps.flatMap((step: FormStep) => step.component ?? []));
  return formSteps.map((step: FormStep & { readonly id: FormStepId }) => {
    const held = step.component
      ? (top.find((field) => field.name === step.component)?.fields ?? [])
      : top.filter((field) => !components.has(field.name));
    return { ...step, fields: step.onlyShows ? [] : held.filter((field) => field.part === step.part) };
  });
}

/** The step on which a path of the configuration is asked for, or the one of its component. */
export function stepOfPath(steps: readonly DescribedStep[], path: string): FormStepId {
  const holds = (field: FormField) => path === field.path || path.startsWith(`${field.path}.`);
  const component = /^[A-Za-z]+/.exec(path)?.[0];
  const found = steps.find((step) => step.fields.some(holds)) ?? steps.find((step) => step.component === component);
  return found?.id ?? "name";
}
