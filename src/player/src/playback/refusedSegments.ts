import type { Fragment } from "hls.js";

/** So many refused segments in a row, with none that passed between, and the page stops: it is not a glitch. */
const patience = 3;

/**
 * Gets a playback past segments that failed their check. Nothing of them is ever played: what was verified before is played
 * to its end, then the playhead is moved over the hole, once.
 */
export class RefusedSegments {
  /** Addresses refused since the last good one, for each kind of track: sound that passes says nothing about the picture. */
  readonly #inARow = new Map<string, Set<string>>();
  readonly #holes = new Map<string, { start: number; end: number }>();

  constructor(private readonly video: HTMLVideoElement) {}

  /** A segment passed. */
  passed(fragment: Fragment): void {
    this.#inARow.delete(fragment.type);
  }

  /** A segment was refused, perhaps not for the first time. True if that was one too many. */
  refused(fragment: Fragment): boolean {
    const inARow = this.#inARow.get(fragment.type) ?? new Set<string>();
    this.#inARow.set(fragment.type, inARow.add(fragment.url));
    return inARow.size >= patience;
  }

  /** Remembers that there will be no `fragment`, unless another level fills its place. */
  leaveOut(fragment: Fragment): void {
    this.#holes.set(fragment.url, { start: fragment.start, end: fragment.start + fragment.duration });
  }

  /** To be called a few times a second. Moves the playhead over a hole once it has come to it; true if it did. */
  stepOver(): boolean {
    const { video } = this;
    for (const [url, hole] of this.#holes) {
      const isHere = video.currentTime > hole.start - 1.5 && video.currentTime < hole.end;
      // A decoder waits for more while it still holds some tenths of a second, more of them at a higher rate.
      const waits = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
      if (!isHere || bufferedAhead(video) > (waits ? 1.5 : 0.2)) continue;
      video.currentTime = hole.end + 0.05;
      this.#holes.delete(url);
      return true;
    }
    return false;
  }
}

/** Seconds that can be played from the playhead on without loading. */
export function bufferedAhead(video: HTMLVideoElement): number {
  const { buffered, currentTime } = video;
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= currentTime + 0.1 && currentTime < buffered.end(i)) return buffered.end(i) - currentTime;
  }
  return 0;
}
