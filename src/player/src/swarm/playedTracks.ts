import { type SegmentName, trackTag } from "../peering/segmentName.js";
import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import type { SegmentPlace } from "./httpOrigin.js";

/** A segment as the page names it. */
export interface SegmentSlot extends SegmentPlace {
  readonly epoch: number;
}

/** A track that was not asked for that long is not played any more. */
const playingForMs = 12_000;
const maxTracks = 8;

/** Which tracks a page plays, and their names among peers. */
export class PlayedTracks {
  /** When a track was last asked for. */
  readonly #asked = new Map<string, number>();
  readonly #tags = new Map<string, Promise<bigint>>();
  readonly #tracks = new Map<bigint, string>();

  constructor(
    private readonly broadcast: Bytes,
    private readonly clock: Clock,
  ) {}

  plays(track: string): void {
    this.#asked.delete(track);
    this.#asked.set(track, this.clock.now);
    if (this.#asked.size > maxTracks) this.#asked.delete(this.#asked.keys().next().value ?? "");
    void this.#tag(track);
  }

  /** Those that are played now. */
  get playing(): string[] {
    const { now } = this.clock;
    return [...this.#asked].filter(([, at]) => now - at <= playingForMs).map(([track]) => track).sort();
  }

  async name({ track, epoch, sequence }: SegmentSlot): Promise<SegmentName> {
    return { track: await this.#tag(track), epoch, sequence };
  }

  slot({ track, epoch, sequence }: SegmentName): SegmentSlot {
    const name = this.#tracks.get(track);
    if (name === undefined) throw new Error("a track that this page does not play");
    return { track: name, epoch, sequence };
  }

  #tag(track: string): Promise<bigint> {
    const known = this.#tags.get(track);
    if (known) return known;
    const tag = trackTag(this.broadcast, track);
    this.#tags.set(track, tag);
    void tag.then((value) => this.#tracks.set(value, track));
    return tag;
  }
}
