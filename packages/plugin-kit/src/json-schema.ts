import { z } from "zod";

/** JSON Schema 2020-12 as far as our configurations use it. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly readOnly?: boolean;
  readonly "x-generated"?: boolean;
  readonly "x-value-labels"?: Readonly<Record<string, string>>;
  readonly "x-part"?: "handler" | "access";
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** What a person may write, with the console's own `x-` words. */
export function inputSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
}

/** As `inputSchemaOf`, for others to validate with: without `x-` words, which strict validators refuse. */
export function publishedSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      for (const word of Object.keys(jsonSchema)) if (word.startsWith("x-")) delete jsonSchema[word as "x-generated"];
    },
  }) as JsonSchema;
}
