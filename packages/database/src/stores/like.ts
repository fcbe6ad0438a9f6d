/** `text` as a LIKE pattern that finds it anywhere, its own wildcards escaped. */
export function containsPattern(text: string): string {
  return `%${text.toLowerCase().replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
