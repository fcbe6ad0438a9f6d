/**
 * Tells what the editor wrote itself from what others wrote. The page hands each text back a moment after it was typed,
 * when the next letters may stand in the editor already: they must not give way to the text of before.
 */
export class EditorEcho {
  /** Told and not handed back yet, oldest first. */
  #told: readonly string[] = [];

  told(text: string): void {
    this.#told = [...this.#told, text];
  }

  /** True for a text the editor told of: it needs nothing. False for another's, which replaces all that was typed. */
  isOwn(handedBack: string): boolean {
    const at = this.#told.indexOf(handedBack);
    this.#told = at === -1 ? [] : this.#told.slice(at + 1);
    return at !== -1;
  }
}
