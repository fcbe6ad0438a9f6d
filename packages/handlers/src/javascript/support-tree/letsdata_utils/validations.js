export function letsdata_assert(result, message) {
  if (!result) throw new Error(`letsdata assert - ${message}`);
}
