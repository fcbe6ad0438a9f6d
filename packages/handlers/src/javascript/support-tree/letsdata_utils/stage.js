export const Stage = Object.freeze({ Test: "Test", Prod: "Prod" });

export function stageFromString(text) {
  const stage = Stage[text];
  if (stage === undefined) throw new Error(`unexpected stage ${text}`);
  return stage;
}
