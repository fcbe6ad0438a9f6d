import type { Writer } from "@letsdata/plugin-kit/writer";
import { type BackOff, backOffMilliseconds, throwIfEnded, triesMax } from "./back-off.ts";

/** One write call, from `begin` to `end`. */
export interface PacedCall {
  /** Pauses before it: of the calls that were under way when one began, only the first to be refused says something new. */
  readonly round: number;
}

/** What became of a call's documents. */
export interface CallOutcome {
  readonly sent: number;
  /** Of them, how many are to be sent again: the others are accepted, or refused for good. */
  readonly again: number;
  /** No more fitted (documents, bytes, or a key twice). Else there was no more at present, which says nothing of larger calls. */
  readonly isFull: boolean;
}

/** Of a first call, as nothing is known of the target yet. */
const documentsFirst = 2;
/** Until a first refusal: a target that takes all of a batch is to be asked for it within few calls. */
const growthFirst = 4;
/** More than any writer takes at once, or a handler is given. */
const documentsPerCallMax = 1_000_000;
/** With this exponent pauses have their greatest length: more would only take longer to come down from. */
const exponentMax = triesMax;
/** Where a part was accepted, up to 3.2 s: capacity is counted by the second, and what is not used is not kept for long. */
const exponentMaxOfAccepted = 5;

/**
 * How fast an attempt writes: as fast as its target accepts. A refusal that can be repeated pauses the whole attempt and halves how many
 * calls may be under way; accepted calls let them grow back, as TCP does. Pauses lengthen while most of a call is refused and shorten while
 * most of it is accepted: attempts that share a target come to share its capacity, in calls of which a good part is accepted. Calls wait in
 * line, and fresh batches behind them: none is overtaken until its tries are used up. Calls start small, as in TCP, unless they cost alike, and
 * become as small as what a target accepted of the last: what is under way is written soon, and a checkpoint saved behind it.
 */
export class WritePace {
  readonly #backOffWith: BackOff;
  readonly #callsMax: number;
  readonly #documentsMax: number;
  #documentsPerCall: number;
  #hasRefused = false;
  /** How many calls may be under way; fractions are growth to come. */
  #window: number;
  #underWay = 0;
  #round = 0;
  #exponent = 0;
  /** Refusals in a row of all that was sent. */
  #refusals = 0;
  #isPaused = false;
  /** Since the last pause a whole call was accepted. */
  #isAcceptedSince = false;
  readonly #line: (() => void)[] = [];

  constructor(backOffWith: BackOff, { concurrentBatches, limits }: Pick<Writer, "concurrentBatches" | "limits">) {
    this.#backOffWith = backOffWith;
    this.#callsMax = concurrentBatches;
    this.#documentsMax = limits.maxBatchDocuments;
    // Where small calls cost what whole ones do, they are no careful beginning.
    this.#documentsPerCall = limits.batchesCostAlike ? limits.maxBatchDocuments : documentsFirst;
    // The small calls of the start take what one call of a whole batch would: side by side they could overtake each other within it.
    this.#window = this.#isWholeBatch ? concurrentBatches : 1;
  }

  /** What a writer takes at once is in its limits. */
  get documentsPerCall(): number {
    return this.#documentsPerCall;
  }

  /** Whether a fresh batch stays where it is while `batches` are being written. */
  holdsBack(batches: number): boolean {
    return batches + 1 > this.#window || this.#isPaused || this.#line.length > 0;
  }

  /** Waits for the call's turn. Throws what ended the attempt meanwhile. */
  async begin(): Promise<PacedCall> {
    const { ended } = this.#backOffWith;
    throwIfEnded(ended);
    if (this.#hasRoom && this.#line.length === 0) {
      this.#underWay++;
    } else {
      await new Promise<void>((resolve) => this.#line.push(resolve));
      if (ended.aborted) this.#leave();
      throwIfEnded(ended);
    }
    return { round: this.#round };
  }

  /** False where nothing shall be sent again: the target has accepted nothing of the attempt's last `triesMax` tries. */
  end({ round }: PacedCall, outcome: CallOutcome): boolean {
    const { sent, again } = outcome;
    if (again < sent) this.#refusals = 0;
    let maySendAgain = true;
    if (round === this.#round) {
      if (again === 0 && this.#hasRefused) this.#growBehindRefusals(outcome);
      else if (again === 0) this.#growFirst(outcome);
      else if (again === sent && ++this.#refusals >= triesMax) maySendAgain = false;
      else this.#slowDown(sent, again);
    }
    this.#leave();
    return maySendAgain;
  }

  /** A call that failed for good, or was called off. */
  abandon(): void {
    this.#leave();
  }

  get #isWholeBatch(): boolean {
    return this.#documentsPerCall >= this.#documentsMax;
  }

  get #hasRoom(): boolean {
    return !this.#isPaused && this.#underWay + 1 <= this.#window;
  }

  #growBehindRefusals(outcome: CallOutcome): void {
    this.#window = Math.min(this.#callsMax, this.#window + 1 / this.#window);
    const isCutByBytesOrKey = outcome.isFull && outcome.sent < this.#documentsPerCall;
    // Calls that the pace keeps smaller than they could be take together what one large call took behind a pause.
    if (!this.#isAcceptedSince || this.#isWholeBatch || isCutByBytesOrKey) this.#shorten();
    this.#isAcceptedSince = true;
    if (!this.#saysSomethingOfLarger(outcome)) return;
    this.#documentsPerCall = Math.min(2 * this.#documentsPerCall, documentsPerCallMax);
  }

  #growFirst(outcome: CallOutcome): void {
    if (!this.#saysSomethingOfLarger(outcome)) return;
    if (this.#isWholeBatch) this.#window = this.#callsMax;
    this.#documentsPerCall = Math.min(growthFirst * this.#documentsPerCall, documentsPerCallMax);
  }

  /** Of one that was accepted. Half is enough: a batch read may have ended it before. */
  #saysSomethingOfLarger({ sent, isFull }: CallOutcome): boolean {
    return isFull || 2 * sent >= Math.min(this.#documentsPerCall, this.#documentsMax);
  }

  #shorten(): void {
    this.#exponent = Math.max(0, this.#exponent - 1);
  }

  #slowDown(sent: number, again: number): void {
    const { clock, random, ended } = this.#backOffWith;
    const isMostRefused = again > sent / 2;
    const longest = again === sent ? exponentMax : exponentMaxOfAccepted;
    if (!isMostRefused || this.#exponent > longest) this.#shorten();
    const milliseconds = backOffMilliseconds(this.#exponent, random);
    if (isMostRefused && this.#exponent < longest) this.#exponent++;
    this.#window = Math.max(1, Math.floor(this.#window / 2));
    this.#hasRefused = true;
    const taken = again < sent ? sent - again : Math.floor(sent / 2);
    this.#documentsPerCall = Math.max(1, Math.min(this.#documentsPerCall, taken));
    this.#round++;
    this.#isPaused = true;
    this.#isAcceptedSince = false;
    void clock.sleep(milliseconds, ended).then(() => {
      this.#isPaused = false;
      this.#letGo();
    });
  }

  #leave(): void {
    this.#underWay--;
    this.#letGo();
  }

  #letGo(): void {
    while (this.#line.length > 0 && this.#hasRoom) {
      this.#underWay++;
      this.#line.shift()?.();
    }
  }
}
