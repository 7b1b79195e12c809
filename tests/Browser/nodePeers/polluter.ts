import { chunkSize, maxMessage, maxRun, type PeerMessage, readMessage, writeMessage } from "../../../src/player/src/peering/messages.js";
import { keyOf } from "../../../src/player/src/peering/segmentName.js";
import type { Bytes } from "../../../src/player/src/verify/bytes.js";
import type { Tap, TappedChannel } from "./wiretap.js";

export const pollutions = ["altered", "truncated", "oversized", "wrong-index", "replayed", "endless"] as const;
export type Pollution = (typeof pollutions)[number];

/** Bytes a millisecond of the line of one that sends without end: 50 Mb/s. */
const endlessRate = 6250;

type Chunks = Extract<PeerMessage, { type: "chunks" }>;

/** What a polluter has sent in all, and the admissions that it was met under. */
export interface Polluted {
  messages: number;
  bytes: number;
  readonly admissions: Set<string>;
}

/**
 * The sending of a peer that is honest in everything else: it claims to have all of each segment that it knows of, and answers every request, with bytes that are not what was asked for.
 */
export function polluting(how: Pollution, sent: Polluted): () => Tap {
  return () => {
    const wanted = new Map<number, { key: string; first: number; count: number }>();
    const earlier = new Map<string, Bytes>();
    return {
      heard: (message) => {
        const said = readMessage(message);
        if (said?.type === "want") wanted.set(said.request, { key: keyOf(said.segment), first: said.first, count: said.count });
      },
      out: (message, channel) => {
        const said = readMessage(message);
        if (said?.type === "hello") sent.admissions.add(said.admission);
        if (said?.type === "have") return [writeMessage({ type: "have", held: said.held.map(({ segment, chunks, holding }) => ({ segment, chunks, holding: holding === "none" ? "none" : "all" })) })];
        const asked = said && "request" in said ? wanted.get(said.request) : undefined;
        if (!said || !asked || (said.type !== "chunks" && said.type !== "no")) return [message];
        // What it has not, it makes up.
        const made = Array.from({ length: Math.min(asked.count, maxRun) }, noise);
        const good: Chunks = said.type === "chunks" ? said : { type: "chunks", request: said.request, first: asked.first, chunks: made, statements: made.map(() => new Uint8Array(64)) };
        const other = [...earlier].find(([key]) => key !== asked.key)?.[1];
        earlier.set(asked.key, (good.chunks[0] ?? noise()).slice());
        const bad = pollute(how, good, other);
        if (how === "endless") withoutEnd(bad, channel, sent);
        else count(bad, sent);
        return how === "endless" ? [] : [bad];
      },
    };
  };
}

function count({ length }: Bytes, sent: Polluted): void {
  sent.messages++;
  sent.bytes += length;
}

// As much as its line takes, until the other has closed the channel.
function withoutEnd(message: Bytes, channel: TappedChannel, sent: Polluted): void {
  let [room, at] = [message.length, performance.now()];
  const next = () => {
    const now = performance.now();
    room += (now - at) * endlessRate;
    at = now;
    for (; room >= message.length && channel.isOpen; room -= message.length) {
      channel.send(message);
      count(message, sent);
    }
    if (channel.isOpen) setTimeout(next, 1);
  };
  next();
}

function pollute(how: Pollution, good: Chunks, other: Bytes | undefined): Bytes {
  const changed = (change: (chunk: Bytes, n: number) => Bytes) => writeMessage({ ...good, chunks: good.chunks.map(change) });
  switch (how) {
    case "altered":
    case "endless":
      return changed(flipped);
    case "truncated":
      return changed((chunk, n) => (n === good.chunks.length - 1 ? chunk.slice(0, Math.max(1, chunk.length - 100)) : flipped(chunk)));
    case "oversized": {
      const whole = writeMessage(good);
      const longer = new Uint8Array(maxMessage + chunkSize);
      longer.set(whole);
      return longer;
    }
    case "wrong-index":
      return writeMessage({ ...good, first: good.first + 1 });
    case "replayed":
      return changed((chunk) => (other && other.length === chunk.length ? other : flipped(chunk)));
  }
}

function flipped(chunk: Bytes): Bytes {
  const copy = chunk.slice();
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
}

function noise(): Bytes {
  return crypto.getRandomValues(new Uint8Array(chunkSize));
}
