import { describe, expect, it } from "vitest";
import { chunkSize, readMessage, writeMessage } from "../../src/peering/messages.js";
import type { SegmentName } from "../../src/peering/segmentName.js";
import { SegmentStore } from "../../src/swarm/segmentStore.js";
import { UploadGate } from "../../src/swarm/uploadGate.js";

const name = (sequence: number): SegmentName => ({ track: 1n, epoch: 0, sequence });
const length = 2 * chunkSize + 100;
const full = (with_: number) => new Uint8Array(chunkSize).fill(with_);

function filled(): SegmentStore {
  const store = new SegmentStore(10 * length);
  store.open(name(1), length);
  store.put(name(1), 0, full(1));
  store.put(name(1), 2, new Uint8Array(100).fill(3));
  return store;
}

describe("a store of segments", () => {
  it("gives the segment once all chunks are there, each in its place", () => {
    const store = filled();
    expect(store.whole(name(1))).toBeUndefined();
    expect(store.put(name(1), 1, full(2))).toBe(true);
    const whole = store.whole(name(1));
    expect(whole?.length).toBe(length);
    expect([0, chunkSize, 2 * chunkSize, length - 1].map((at) => whole?.[at])).toEqual([1, 2, 3, 3]);
  });

  it("keeps no chunk twice, of another length, of no place, or of a segment that it does not know", () => {
    const store = filled();
    for (const [segment, chunk, bytes] of [
      [1, 0, full(9)], [1, 1, full(9).subarray(1)], [1, 1, new Uint8Array(chunkSize + 1)], [1, 3, full(9)], [1, -1, full(9)], [1, 3, new Uint8Array()], [2, 0, full(9)],
    ] as const) {
      expect(store.put(name(segment), chunk, bytes), `${segment}/${chunk}`).toBe(false);
    }
    expect(store.read(name(1), { first: 0, count: 1 })?.[0]?.[0]).toBe(1);
  });

  it("gives neighbours what is there and nothing else", () => {
    const store = filled();
    expect(store.read(name(1), { first: 2, count: 1 })?.map((chunk) => chunk.length)).toEqual([100]);
    expect(store.read(name(1), { first: 0, count: 2 })).toBeUndefined();
    expect(store.read(name(1), { first: 2, count: 2 })).toBeUndefined();
    expect(store.read(name(2), { first: 0, count: 1 })).toBeUndefined();
  });

  it("says what has changed, once, and in messages that can be read", () => {
    const store = filled();
    const [[held] = []] = store.changes();
    expect(held).toMatchObject({ segment: name(1), chunks: 3, holding: "some", bitmap: Uint8Array.of(0b10100000) });
    expect(store.changes()).toEqual([]);
    store.put(name(1), 1, full(2));
    expect(store.changes()).toEqual([[{ segment: name(1), chunks: 3, holding: "all" }]]);
    // Room was made for it, and nothing is there.
    store.open(name(2), length);
    expect([store.changes(), store.all().length]).toEqual([[], 1]);
    for (const message of store.all()) expect(readMessage(writeMessage({ type: "have", held: message }))).toEqual({ type: "have", held: message });
  });

  it("lets the oldest whole ones go where there is no room, and says so; never one that is still coming", () => {
    const store = new SegmentStore(3 * length);
    for (let n = 1; n <= 6; n++) {
      store.open(name(n), length);
      store.put(name(n), 0, full(n));
      // The first stays in parts.
      if (n === 1) continue;
      store.put(name(n), 1, full(n));
      store.put(name(n), 2, new Uint8Array(100));
    }
    expect(store.bytes).toBe(3 * length);
    expect([1, 2, 3, 4, 5, 6].map((n) => store.read(name(n), { first: 0, count: 1 }) !== undefined)).toEqual([true, false, false, false, true, true]);
    const changed = store.changes().flat();
    expect(changed.filter(({ holding }) => holding === "none").map(({ segment }) => segment.sequence)).toEqual([2, 3, 4]);

    // Until nobody waits for the rest of it.
    store.release(name(1));
    store.release(name(6));
    expect(store.changes().flat()).toEqual([{ segment: name(1), chunks: 3, holding: "none" }]);
    expect([store.bytes, store.whole(name(6))?.length]).toEqual([2 * length, length]);
  });

  it("splits what it has into messages of 64", () => {
    const store = new SegmentStore(1e9);
    for (let n = 0; n < 130; n++) {
      store.open(name(n), 10);
      store.put(name(n), 0, new Uint8Array(10));
    }
    expect(store.all().map((message) => message.length)).toEqual([64, 64, 2]);
  });
});

describe("an upload gate", () => {
  it("takes work on in turn, and refuses what would wait for longer than a moment", () => {
    const gate = new UploadGate(100, 600);
    expect(gate.tryTake(50_000, 0)).toEqual({ from: 0, until: 500 });
    expect(gate.tryTake(50_000, 100)).toEqual({ from: 500, until: 1000 });
    expect(gate.tryTake(1, 399)).toBeUndefined();
    expect(gate.tryTake(1, 400)).toEqual({ from: 1000, until: 1000.01 });
  });

  it("takes nothing on where nothing may be sent", () => {
    expect(new UploadGate(0).tryTake(1, 0)).toBeUndefined();
  });
});
