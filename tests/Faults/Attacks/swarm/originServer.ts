import type { SegmentName } from "../../../../src/player/src/peering/segmentName.js";
import type { SwarmOrigin } from "../../../../src/player/src/swarm/swarmParts.js";
import type { Bytes } from "../../../../src/player/src/verify/bytes.js";
import type { Broadcaster, Published } from "./broadcaster.js";
import type { Time } from "./time.js";

const wayMs = 40;

/** The origin: as much a second for all together, and a queue where more is asked of it. */
export class OriginServer {
  #freeAt = 0;
  /** Bytes of segments that it served. */
  served = 0;

  /** @param rate Bytes a millisecond. */
  constructor(
    private readonly broadcaster: Broadcaster,
    private readonly rate: number,
    private readonly time: Time,
    /** How many segments there are by now. */
    private readonly published: () => number,
  ) {}

  /** Segments that it serves in place of the usual ones, to some. */
  readonly others = new Map<number, Published>();

  /** It, as one viewer reaches it. */
  forViewer(took: (bytes: number) => void, getsOthers: boolean): SwarmOrigin {
    return {
      record: async ({ sequence }) => {
        await this.#wait(this.time.now + wayMs);
        return this.#find(sequence, getsOthers).file;
      },
      range: async ({ sequence }: SegmentName, from: number, to: number) => {
        const { bytes } = this.#find(sequence, getsOthers);
        const askedAt = this.time.now;
        const begins = Math.max(askedAt + wayMs, this.#freeAt);
        this.#freeAt = begins + (to - from) / this.rate;
        this.served += to - from;
        took(to - from);
        await this.#wait(this.#freeAt);
        return { bytes: bytes.subarray(from, to) as Bytes, firstByteMs: begins - askedAt };
      },
    };
  }

  #find(sequence: number, getsOthers: boolean): Published {
    const found = sequence < this.published() ? (getsOthers && this.others.get(sequence)) || this.broadcaster.segments[sequence] : undefined;
    if (!found) throw new Error("not there yet");
    return found;
  }

  #wait(until: number): Promise<void> {
    return new Promise((resolve) => this.time.at(until, resolve));
  }
}
