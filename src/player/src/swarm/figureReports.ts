import type { Clock } from "./clock.js";
import type { Figures } from "./trackerMessages.js";

/** Between what the tracker is told of how it goes. */
const everyMs = 10_000;

export interface FigureSources {
  readonly clock: Clock;
  readonly now: () => Figures;
  readonly say: (figures: Figures) => void;
  readonly isJoined: () => boolean;
  readonly isOver: () => boolean;
}

/** Tells the tracker how it goes, for whoever runs the broadcast; nothing is decided by it. */
export class FigureReports {
  /** What there was at the join: the tracker counts from there. */
  #before: Figures | undefined;

  constructor(private readonly sources: FigureSources) {
    sources.clock.after(everyMs, () => this.#report());
  }

  joined(): void {
    this.#before = this.sources.now();
  }

  #report(): void {
    const { clock, now, say, isJoined, isOver } = this.sources;
    if (isOver()) return;
    const before = this.#before;
    if (before && isJoined()) {
      const { latencyMs, ...counts } = now();
      const since = Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, value - before[name as keyof typeof counts]])) as unknown as typeof counts;
      say({ ...since, ...(latencyMs === undefined ? {} : { latencyMs }) });
    }
    clock.after(everyMs, () => this.#report());
  }
}
