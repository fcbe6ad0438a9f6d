/** AWS answers looks at a resource from replicas: one that was made or looked at seconds ago may be missing there. */
const MISSING_MS = 10_000;
const LOOKS_MIN = 3;

export type Look = "missing" | "being removed" | "there";

/** `status`: of a stream or a table; undefined where it was not found. */
export function lookOf(status: string | undefined): Look {
  if (status === undefined) return "missing";
  return status === "DELETING" ? "being removed" : "there";
}

/** Tells a resource that somebody removed while it was being made from one that a stale answer does not know. */
export class RemovalWatch {
  #wasThere = false;
  #isBeingRemoved = false;
  #looks = 0;
  #missingSince = 0;

  /**
   * What a look at `now` (monotonic milliseconds) means: `make` where nothing was there yet, also of one that was being removed when this
   * began; `wait` where it may still be there; `removed` where it was there, and is missing in several looks or was seen going.
   */
  see(look: Look, now: number): "make" | "wait" | "removed" {
    if (look !== "missing") {
      this.#wasThere ||= look === "there";
      this.#isBeingRemoved = this.#wasThere && look === "being removed";
      this.#looks = 0;
      return "wait";
    }
    if (!this.#wasThere) return "make";
    if (this.#looks++ === 0) this.#missingSince = now;
    const isMissing = this.#looks >= LOOKS_MIN && now - this.#missingSince >= MISSING_MS;
    return this.#isBeingRemoved || isMissing ? "removed" : "wait";
  }
}
