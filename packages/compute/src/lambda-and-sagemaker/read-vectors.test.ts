import { describe, expect, it } from "vitest";
import { readVectors } from "./read-vectors.ts";

const read = (answer: unknown, count: number) =>
  readVectors(typeof answer === "string" ? answer : JSON.stringify(answer), count, "minilm");
const two = [
  [1, 2],
  [3, 4],
];

describe("the vectors in an endpoint's answer", () => {
  it.each([
    ["a list", two],
    ["vectors", { vectors: two, model: "m" }],
    ["embeddings", { embeddings: two }],
  ])("are found in %s", (_, answer) => {
    expect(read(answer, 2)).toEqual(two);
  });

  it("are the mean of token vectors, also where each text is a batch of one", () => {
    const tokens = [
      [1, 5],
      [3, 7],
    ];
    expect(read([tokens, [[9, 9]]], 2)).toEqual([
      [2, 6],
      [9, 9],
    ]);
    expect(read({ embeddings: [[tokens]] }, 1)).toEqual([[2, 6]]);
  });

  it.each([
    ["no JSON", "<html>busy</html>", "what is no JSON (<html>busy</html>)"],
    ["NaN", "[[NaN, 1], [1, 2]]", "what is no JSON"],
    ["another object", { error: "busy", code: 1 }, "an object of error, code without vectors"],
    ["null", null, "null without vectors"],
    ["too few", [[1, 2]], "1 vectors"],
    ["too many", [...two, [5, 6]], "3 vectors"],
    ["one flat vector", [0.1, 0.2], "the number 0.1 instead of vector 1"],
    [
      "a hole",
      [
        [1, 2],
        [1, null],
      ],
      "a list of 2 with null in it instead of vector 2",
    ],
    ["an empty vector", [[1, 2], []], "an empty list instead of vector 2"],
    [
      "unequal vectors",
      [
        [1, 2],
        [1, 2, 3],
      ],
      "vectors of 2 and of 3 numbers",
    ],
    ["unequal tokens", [[[1, 2], [1]], [[1, 2]]], "a list of 2 with lists in it instead of vector 1"],
    ["a number too large", "[[1e999, 2], [1, 2]]", "a list of 2 with Infinity in it instead of vector 1"],
  ])("of %s are a problem that names the endpoint and what came", (_, answer, came) => {
    const refused = {
      code: "INFERENCE_FAILED",
      message: expect.stringContaining(`The endpoint minilm answered ${came}`),
    };
    expect(() => read(answer, 2)).toThrow(expect.objectContaining(refused));
  });
});
