export const ParseDocumentResultStatus = Object.freeze({ SUCCESS: "SUCCESS", ERROR: "ERROR", SKIP: "SKIP" });

export function parseDocumentResultStatusFromString(text) {
  const status = ParseDocumentResultStatus[text];
  if (status === undefined) throw new Error(`unexpected ParseDocumentResultStatus ${text}`);
  return status;
}
