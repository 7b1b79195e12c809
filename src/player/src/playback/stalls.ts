/** A pause this short is a decoder catching its breath, and nobody sees it. */
const shortestMs = 200;

/** Counts how often and for how long playback stood still for want of media, since the first picture. A seek or a pause is the viewer's. */
export class Stalls {
  count = 0;
  milliseconds = 0;
  #since: number | undefined;

  constructor(
    video: Pick<HTMLVideoElement, "addEventListener" | "paused" | "seeking" | "currentTime">,
    private readonly now: () => number = () => performance.now(),
  ) {
    // HTML 4.8.11.8: `waiting` when the next frame is not there, `playing` when it is again.
    video.addEventListener("waiting", () => {
      if (!video.paused && !video.seeking && video.currentTime > 0) this.#since ??= this.now();
    });
    for (const ended of ["playing", "seeking", "pause", "ended"]) video.addEventListener(ended, () => this.#over());
  }

  #over(): void {
    if (this.#since === undefined) return;
    const took = this.now() - this.#since;
    this.#since = undefined;
    if (took < shortestMs) return;
    this.count++;
    this.milliseconds += Math.round(took);
  }
}
