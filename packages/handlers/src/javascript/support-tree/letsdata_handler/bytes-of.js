/** Bytes that were sent as text. @param {string} content @param {Readonly<Record<string, any>>} data @returns {Uint8Array} */
export function bytesOf(content, { contentEncoding }) {
  return contentEncoding === "base64"
    ? Uint8Array.from(Buffer.from(content, "base64"))
    : new TextEncoder().encode(content);
}
