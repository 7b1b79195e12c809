import { beforeEach, describe, expect, it } from "vitest";
import { Uplink, type UplinkChannel } from "../../src/swarm/uplink.js";
import { UploadCredit } from "../../src/swarm/uploadCredit.js";
import { VirtualClock } from "./virtualClock.js";

const chunk = 16_384;

/** A line up, which its channels share by turns, at so many bytes a millisecond. */
class Line {
  readonly channels: { isUp: boolean; given: number; backlog: number; ownRate: number }[] = [];
  carried = 0;

  constructor(
    readonly clock: VirtualClock,
    public rate: number,
  ) {
    this.#run();
  }

  open(ownRate = Number.POSITIVE_INFINITY) {
    const channel = { isUp: true, given: 0, backlog: 0, ownRate };
    this.channels.push(channel);
    return channel;
  }

  #run(): void {
    let room = 10 * this.rate;
    for (let turn = 0; turn < 4; turn++) {
      const waiting = this.channels.filter(({ backlog }) => backlog > 0);
      for (const channel of waiting) {
        const bytes = Math.min(channel.backlog, room / waiting.length, 10 * channel.ownRate);
        channel.backlog -= bytes;
        room -= bytes;
        this.carried += bytes;
      }
    }
    this.clock.after(10, () => this.#run());
  }
}

let clock: VirtualClock;
let uplink: Uplink;

beforeEach(() => {
  clock = new VirtualClock();
});

/** Gives a chunk to each channel in turn whenever the gate and the line let it, for so long. */
function send(channels: readonly (UplinkChannel & { given: number; backlog: number })[], ms: number): void {
  const end = clock.now + ms;
  let turn = 0;
  const next = () => {
    if (clock.now >= end) return;
    const channel = channels[turn++ % channels.length];
    const slot = channel && !uplink.isFull(channel) ? uplink.gate.tryTake(chunk, clock.now) : undefined;
    if (channel && slot) {
      uplink.uses(channel);
      const give = () => {
        if (uplink.isFull(channel)) return clock.after(20, give);
        uplink.uses(channel);
        channel.given += chunk;
        channel.backlog += chunk;
      };
      clock.at(slot.from, give);
    }
    clock.after(slot ? 1 : 5, next);
  };
  next();
  clock.runUntil(end);
}

const carriedIn = (line: Line, ms: number, channels: Parameters<typeof send>[0]) => {
  const before = line.carried;
  send(channels, ms);
  return (line.carried - before) / ms;
};

describe("what is sent", () => {
  it("is four fifths of a line that is slower than it was taken for, once that is seen", () => {
    const line = new Line(clock, 250);
    uplink = new Uplink(clock, Number.POSITIVE_INFINITY);
    const channels = [line.open(), line.open(), line.open()];
    send(channels, 6000);
    const rate = carriedIn(line, 20_000, channels);
    expect(rate).toBeGreaterThan(0.65 * 250);
    expect(rate).toBeLessThanOrEqual(0.82 * 250);
  });

  it("leaves the line nearly as it was at any time: little waits in the channels", () => {
    const line = new Line(clock, 100);
    uplink = new Uplink(clock, Number.POSITIVE_INFINITY);
    const channels = [line.open(), line.open()];
    let most = 0;
    const look = () => {
      if (clock.now > 3000) most = Math.max(most, line.channels.reduce((sum, { backlog }) => sum + backlog, 0));
      clock.after(50, look);
    };
    look();
    send(channels, 20_000);
    // What is out within a second of a word to stop.
    expect(most).toBeLessThan(1000 * 100);
  });

  it("grows with a line that bears more, by what went over it and not by what nobody asked for", () => {
    const line = new Line(clock, 4000);
    uplink = new Uplink(clock, Number.POSITIVE_INFINITY);
    const channels = [line.open(), line.open()];
    const first = uplink.allowed;
    // A tenth of what is allowed says nothing of the line.
    for (let n = 0; n < 60; n++) {
      const [channel] = channels;
      if (!channel) throw new Error("no channel");
      uplink.uses(channel);
      channel.given += 100_000;
      channel.backlog += 100_000;
      clock.runUntil(clock.now + 1000);
    }
    expect(uplink.allowed).toBe(first);
    send(channels, 30_000);
    expect(uplink.allowed).toBeGreaterThan(2 * first);
  });

  it("follows a line that becomes slow, and does not try for more again at once", () => {
    const line = new Line(clock, 1000);
    uplink = new Uplink(clock, Number.POSITIVE_INFINITY);
    const channels = [line.open(), line.open()];
    send(channels, 5000);
    line.rate = 200;
    send(channels, 5000);
    expect(uplink.allowed).toBeLessThan(0.83 * 200);
    line.rate = 1000;
    const before = uplink.allowed;
    send(channels, 20_000);
    expect(uplink.allowed).toBe(before);
    send(channels, 30_000);
    expect(uplink.allowed).toBeGreaterThan(1.5 * before);
  });

  it("is not less for all because one neighbour's own line is slow", () => {
    const line = new Line(clock, 2000);
    uplink = new Uplink(clock, Number.POSITIVE_INFINITY);
    const before = uplink.allowed;
    send([line.open(20), line.open(), line.open()], 10_000);
    expect(uplink.allowed).toBeGreaterThanOrEqual(before);
  });

  it("is never more than the owner or the platform allows", () => {
    const line = new Line(clock, 4000);
    uplink = new Uplink(clock, 50);
    expect(carriedIn(line, 10_000, [line.open()])).toBeLessThanOrEqual(52);
  });

  it("is no more than came, but for a newcomer's first two megabytes, and what came long ago counts no more", () => {
    let received = 0;
    const credit = new UploadCredit(() => received);
    let sent = 0;
    const sendAll = () => {
      while (credit.tryTake(chunk)) sent += chunk;
    };
    sendAll();
    expect(sent).toBe(2 * 2 ** 20);
    for (let n = 0; n < 50; n++) {
      received += 100_000;
      sendAll();
    }
    expect(sent).toBeLessThanOrEqual(received + 2 * 2 ** 20);
    expect(sent).toBeGreaterThan(received + 2 * 2 ** 20 - chunk);
    received += 2 ** 30;
    const before = sent;
    sendAll();
    expect(sent - before).toBe(8 * 2 ** 20);
    credit.giveBack(chunk);
    expect([credit.tryTake(chunk), credit.tryTake(chunk)]).toEqual([true, false]);
  });
});
