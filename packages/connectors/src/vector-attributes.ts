import { attributeNameText, wholeNumber } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";

export const vectorAttributeName = field(attributeNameText(), {
  label: "Vector attribute",
  help: "Which of a document's vectors to store. Left out: every one of the right length.",
  example: "title",
}).optional();

export function dimensions(maximum: number) {
  return field(wholeNumber(1, maximum), {
    label: "Dimensions",
    help: "Length of the vectors; it must be that of your model.",
    example: 384,
  });
}
