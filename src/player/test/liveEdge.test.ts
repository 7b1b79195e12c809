import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveEdge } from "../src/playback/liveEdge.js";

const list = (endSN: number, live = true, url = "v") => ({ live, endSN, targetduration: 2, url });

describe("the live edge", () => {
  let heard: boolean[];
  let edge: LiveEdge;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
    heard = [];
    edge = new LiveEdge((isStale) => heard.push(isStale));
  });
  afterEach(() => void vi.useRealTimers());

  function pass(seconds: number): void {
    vi.advanceTimersByTime(1000 * seconds);
    edge.look();
  }

  it("is stale once no list has grown for long, and fresh with the next segment", () => {
    edge.listed(list(5));
    pass(9);
    edge.listed(list(5));
    expect(heard).toEqual([]);
    pass(2);
    expect(heard).toEqual([true]);
    edge.listed(list(6));
    pass(1);
    expect(heard).toEqual([true, false]);
  });

  it("is stale too if an older list comes again and again", () => {
    edge.listed(list(5));
    for (let n = 0; n < 12; n++) {
      edge.listed(list(3));
      pass(1);
    }
    expect(heard).toEqual([true]);
  });

  it("is never stale in a broadcast that has ended", () => {
    edge.listed(list(5));
    edge.listed(list(5, false));
    pass(60);
    expect(heard).toEqual([]);
  });
});
