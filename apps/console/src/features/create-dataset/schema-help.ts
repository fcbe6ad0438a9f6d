/** The part of JSON Schema that the published dataset schema uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

type Path = readonly (string | number)[];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(left: unknown, right: unknown): boolean {
  const plain = (value: unknown) => (typeof value === "string" ? value.toLowerCase().replaceAll(/[\s_-]/g, "") : value);
  return plain(left) === plain(right);
}

function resolve(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.startsWith("#/$defs/") ? schema.$ref.slice("#/$defs/".length) : undefined;
  const target = name === undefined ? undefined : root.$defs?.[name];
  return target ? { ...target, ...schema, $ref: undefined } : schema;
}

/** A branch fits while none of its constants contradicts what is written. */
function fits(root: JsonSchema, branch: JsonSchema, value: unknown): boolean {
  if (!isObject(value)) return true;
  return Object.entries(branch.properties ?? {}).every(([name, property]) => {
    const expected = resolve(root, property).const;
    return expected === undefined || value[name] === undefined || same(expected, value[name]);
  });
}

function branchesOf(root: JsonSchema, schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const resolved = resolve(root, schema);
  const choices = [...(resolved.oneOf ?? []), ...(resolved.anyOf ?? [])].map((choice) => resolve(root, choice));
  const parts = (resolved.allOf ?? []).flatMap((part) => branchesOf(root, part, value));
  if (choices.length === 0) return [resolved, ...parts];
  const flat = choices.flatMap((choice) => branchesOf(root, choice, value));
  const fitting = flat.filter((choice) => fits(root, choice, value));
  return [...(fitting.length > 0 ? fitting : flat), ...parts];
}

/** Schemas that describe the value at `path` of `document`, by the choices already written in it. */
export function schemasAt(root: JsonSchema, document: unknown, path: Path): readonly JsonSchema[] {
  let schemas = branchesOf(root, root, document);
  let value = document;
  for (const segment of path) {
    value = isObject(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[segment] : undefined;
    const next = schemas.flatMap((schema) =>
      typeof segment === "number"
        ? schema.items
          ? [schema.items]
          : []
        : schema.properties?.[segment]
          ? [schema.properties[segment]]
          : [],
    );
    schemas = next.flatMap((schema) => branchesOf(root, schema, value));
  }
  return schemas;
}

export interface PropertyHelp {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly required: boolean;
}

/** Attributes that may be written in the object at `path` and are not there yet. */
export function missingProperties(root: JsonSchema, document: unknown, path: Path): readonly PropertyHelp[] {
  let value = document;
  for (const segment of path)
    value = isObject(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[segment] : undefined;
  const present = isObject(value) ? value : {};
  const found = new Map<string, PropertyHelp>();
  for (const schema of schemasAt(root, document, path)) {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (Object.hasOwn(present, name) || found.has(name)) continue;
      const { title, description } = describe(root, property);
      found.set(name, { name, title, description, required: schema.required?.includes(name) ?? false });
    }
  }
  return [...found.values()].sort((left, right) => Number(right.required) - Number(left.required));
}

/** Values that may stand at `path`, where the schema lists them. */
export function allowedValues(root: JsonSchema, document: unknown, path: Path): readonly unknown[] {
  const parent = schemasAt(root, withoutValue(document, path), path);
  const values = parent.flatMap((schema) =>
    schema.const !== undefined ? [schema.const] : (schema.enum ?? (schema.type === "boolean" ? [true, false] : [])),
  );
  return [...new Set(values)];
}

/** The same document as if nothing stood at `path`: a chosen discriminator must not hide the other choices. */
function withoutValue(document: unknown, path: Path): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return undefined;
  if (Array.isArray(document))
    return document.map((entry, index) => (index === first ? withoutValue(entry, rest) : entry));
  if (!isObject(document)) return document;
  if (rest.length === 0) return Object.fromEntries(Object.entries(document).filter(([name]) => name !== first));
  return { ...document, [first]: withoutValue(document[first], rest) };
}

function describe(
  root: JsonSchema,
  schema: JsonSchema,
): { readonly title: string | undefined; readonly description: string | undefined } {
  const { title, description } = resolve(root, schema);
  return { title, description };
}

/** Title, help and example of the attribute at `path`. */
export function helpAt(
  root: JsonSchema,
  document: unknown,
  path: Path,
): {
  readonly title: string;
  readonly description: string;
  readonly example: unknown;
  readonly values: readonly unknown[];
} | null {
  const key = path.at(-1);
  if (typeof key !== "string") return null;
  const holder = schemasAt(root, document, path.slice(0, -1)).find((schema) => schema.properties?.[key]);
  const schema = holder && resolve(root, holder.properties![key]!);
  if (!schema) return null;
  return {
    title: schema.title ?? key,
    description: schema.description ?? "",
    example: schema.examples?.[0],
    values: allowedValues(root, document, path),
  };
}
