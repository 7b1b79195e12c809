/** Who is refused asks again before this, and is waited for no longer. */
const comesBackMs = 600;

interface Wait {
  readonly since: number;
  readonly askedAt: number;
}

/**
 * Whose turn it is where more is asked than the line bears: who has waited longest for it. By chance, of many who ask a slow line, one would get nothing for a minute, and take its sender for one that
 * gives nothing.
 */
export class UploadTurns<Link> {
  readonly #waiting = new Map<Link, Wait>();

  /** True if another has waited longer, and asks again in a moment. */
  isAnothers(link: Link, now: number): boolean {
    const since = this.#waiting.get(link)?.since ?? now;
    return [...this.#waiting].some(([other, wait]) => other !== link && wait.since < since && now - wait.askedAt < comesBackMs);
  }

  /** There was no room for it. It waits until it is served, even if it asks for nothing meanwhile. */
  refused(link: Link, now: number): void {
    this.#waiting.set(link, { since: this.#waiting.get(link)?.since ?? now, askedAt: now });
  }

  /** It was served, or is gone. */
  over(link: Link): void {
    this.#waiting.delete(link);
  }

  clear(): void {
    this.#waiting.clear();
  }
}
