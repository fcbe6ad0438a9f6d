import type { QueryInput } from "../server/query-protocol.ts";
import type { XmlValue } from "../server/xml.ts";
import type { Caller } from "./caller.ts";

/** `resource` names what the operation acts on, as an ARN. */
export interface IamOperation {
  resource(input: QueryInput, caller: Caller): string;
  run(input: QueryInput, caller: Caller): { readonly [name: string]: XmlValue };
}
