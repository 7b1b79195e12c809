import { describe, expect, it } from "vitest";
import { Stalls } from "../src/playback/stalls.js";

class Video extends EventTarget {
  paused = false;
  seeking = false;
  currentTime = 3;
}

describe("Stalls", () => {
  const stand = () => {
    const video = new Video();
    let now = 1000;
    const stalls = new Stalls(video as unknown as HTMLVideoElement, () => now);
    return { video, stalls, is: (type: string) => video.dispatchEvent(new Event(type)), later: (ms: number) => (now += ms) };
  };

  it("counts a wait for media and how long it was", () => {
    const { stalls, is, later } = stand();
    is("waiting");
    later(450);
    is("waiting");
    later(50);
    is("playing");
    expect([stalls.count, stalls.milliseconds]).toEqual([1, 500]);
  });

  it("counts neither what nobody sees, nor what the viewer did, nor the wait before the first picture", () => {
    const { video, stalls, is, later } = stand();
    is("waiting");
    later(150);
    is("playing");
    video.seeking = true;
    is("waiting");
    later(900);
    is("playing");
    video.seeking = false;
    video.currentTime = 0;
    is("waiting");
    later(900);
    is("playing");
    expect([stalls.count, stalls.milliseconds]).toEqual([0, 0]);
  });

  it("a wait ends where the viewer goes elsewhere", () => {
    const { stalls, is, later } = stand();
    is("waiting");
    later(300);
    is("seeking");
    later(5000);
    is("playing");
    expect([stalls.count, stalls.milliseconds]).toEqual([1, 300]);
  });
});
