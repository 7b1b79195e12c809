import { type Doing, type News, type Trouble, troubleOf } from "./shopState.js";

/** One thing at a time: what it is at, what stood in its way, and what it came to. */
export class ShopTurn {
  doing: Doing = { kind: "nothing" };
  trouble: Trouble | undefined;
  news: News | undefined;

  #run = new AbortController();
  #acting: AbortSignal | undefined;
  #again: (() => void) | undefined;

  constructor(private readonly changed: () => void) {}

  get isBusy(): boolean {
    return this.doing.kind !== "nothing";
  }

  /** Does again what trouble has ended. */
  get again(): (() => void) | undefined {
    return this.#again;
  }

  /** Acts unless something is under way. What is stopped meanwhile reports nothing any more; after what goes well comes `then`. */
  take(again: () => void, action: (signal: AbortSignal) => Promise<void>, then?: () => void): void {
    // From the first press on: before the page shows that it does something, it may have asked the wallet already.
    if (this.isBusy || this.#acting?.aborted === false) return;
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#acting = signal;
    this.trouble = this.news = undefined;
    action(signal).finally(() => {
      if (this.#acting === signal) this.#acting = undefined;
    }).then(
      () => {
        if (signal.aborted) return;
        this.become({ kind: "nothing" });
        then?.();
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.#again = again;
        this.trouble = troubleOf(error);
        this.become({ kind: "nothing" });
      },
    );
  }

  /** Ends what is under way, as far as it is ours. */
  stop(): void {
    this.#run.abort();
    this.become({ kind: "nothing" });
  }

  /** The next step. What was stopped asks nobody for anything any more. */
  go(signal: AbortSignal, doing: Doing): void {
    signal.throwIfAborted();
    this.become(doing);
  }

  become(doing: Doing): void {
    this.doing = doing;
    this.changed();
  }
}
