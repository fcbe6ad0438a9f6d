import type { JsonInput } from "../server/json-protocol.ts";
import type { DocumentPath, ExpressionScope } from "./expression-scope.ts";
import { ExpressionTokens } from "./expression-tokens.ts";

/** null: the whole item. */
export function readProjection(input: JsonInput, scope: ExpressionScope): DocumentPath[] | null {
  const text = input.optionalString("ProjectionExpression");
  if (text === undefined) return null;
  const tokens = new ExpressionTokens("ProjectionExpression", text, scope);
  const paths = [tokens.path()];
  while (tokens.accept(",")) paths.push(tokens.path());
  tokens.expectEnd();
  return paths;
}
