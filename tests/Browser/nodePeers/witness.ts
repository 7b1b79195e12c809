import { createHash } from "node:crypto";
import { readMessage } from "../../../src/player/src/peering/messages.js";
import { type SegmentName, trackTag } from "../../../src/player/src/peering/segmentName.js";
import { type Bytes, fromHex } from "../../../src/player/src/verify/bytes.js";
import { chunkSize } from "../../../src/player/src/verify/chunkTree.js";
import type { Listed } from "./playlists.js";
import type { Tap } from "./wiretap.js";

/** Compares what honest peers play and pass on with what the server has, byte by byte. It goes by the server's files alone, and by nothing that a peer has checked. */
export class Witness {
  /** Links of honest peers, and the bytes of messages with chunks that came over them, whatever became of those; by the admission at the other end. */
  readonly received = new Map<string, { links: number; bytes: number }>();
  readonly #played: { url: string; hash: string }[] = [];
  readonly #relayed: { segment: SegmentName; chunk: number; hash: string }[] = [];
  readonly #files = new Map<string, Promise<Buffer>>();

  constructor(
    /** The server itself, past every line. */
    private readonly server: string,
    private readonly broadcast: string,
  ) {}

  readonly played = ({ url }: Listed, bytes: Bytes): void => void this.#played.push({ url, hash: hashOf(bytes) });

  /** On one data channel of an honest peer. */
  readonly tap = (): Tap => {
    const wanted = new Map<number, SegmentName>();
    let from: { links: number; bytes: number } | undefined;
    return {
      heard: (message) => {
        const said = readMessage(message);
        if (said?.type === "want") wanted.set(said.request, said.segment);
        else if (said?.type === "hello") from ??= this.#linked(said.admission);
        else if (message[0] === 5 && from) from.bytes += message.length;
      },
      out: (message) => {
        const said = readMessage(message);
        const segment = said?.type === "chunks" ? wanted.get(said.request) : undefined;
        if (said?.type === "chunks" && segment) said.chunks.forEach((bytes, n) => this.#relayed.push({ segment, chunk: said.first + n, hash: hashOf(bytes) }));
        return [message];
      },
    };
  };

  /** Segments that were played, chunks that were passed on, and of each how many were not what the server has. */
  async verdict(): Promise<{ played: number; playedBad: number; relayed: number; relayedBad: number }> {
    const tags = new Map<string, string>();
    for (const { url } of this.#played) {
      const track = new URL(url).pathname.split("/").at(-2) ?? "";
      tags.set((await trackTag(fromHex(this.broadcast) as Bytes, track)).toString(16), track);
    }
    let [playedBad, relayedBad] = [0, 0];
    for (const { url, hash } of this.#played) if (hashOf(await this.#file(new URL(url).pathname)) !== hash) playedBad++;
    for (const { segment, chunk, hash } of this.#relayed) {
      const file = await this.#file(`/live/${this.broadcast}/${tags.get(segment.track.toString(16))}/${segment.sequence}.m4s`).catch(() => Buffer.alloc(0));
      if (hashOf(file.subarray(chunk * chunkSize, (chunk + 1) * chunkSize)) !== hash) relayedBad++;
    }
    return { played: this.#played.length, playedBad, relayed: this.#relayed.length, relayedBad };
  }

  #linked(admission: string): { links: number; bytes: number } {
    const known = this.received.get(admission) ?? { links: 0, bytes: 0 };
    known.links++;
    this.received.set(admission, known);
    return known;
  }

  #file(path: string): Promise<Buffer> {
    const known = this.#files.get(path);
    if (known) return known;
    const asked = fetch(this.server + path).then(async (answer) => {
      if (!answer.ok) throw new Error(`${answer.status} for ${path}`);
      return Buffer.from(await answer.arrayBuffer());
    });
    this.#files.set(path, asked);
    return asked;
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
