import { describe, expect, it } from "vitest";
import { broadcastOfPage, parseInitUrl, parseSegmentUrl } from "../src/playback/liveUrls.js";

const origin = "https://live.example";
const id = "0199aaaabbbb7ccc8ddd0123456789ab";
const broadcast = broadcastOfPage(`/watch/${id}`);
if (!broadcast) throw new Error("the page's own address was not understood");
const base = `${origin}/live/${id}`;

describe("Addresses that an unsigned playlist names", () => {
  it("are taken apart within the broadcast", () => {
    expect(parseSegmentUrl(`${base}/v480/17.m4s`, broadcast, origin)).toEqual({ track: "v480", sequence: 17, recordUrl: `${base}/v480/17.record` });
    expect(parseInitUrl(`${base}/v480/init.mp4`, broadcast, origin)).toEqual({ track: "v480", epoch: 0 });
    expect(parseInitUrl(`${base}/v480/init-3.mp4`, broadcast, origin)).toEqual({ track: "v480", epoch: 3 });
    expect(parseInitUrl(`${base}/v480/init-0-12.mp4`, broadcast, origin)).toEqual({ track: "v480", epoch: 0 });
    expect(parseInitUrl(`${base}/v480/init-3-170000000.mp4`, broadcast, origin)).toEqual({ track: "v480", epoch: 3 });
  });

  it.each([
    `https://other.example/live/${id}/v480/17.m4s`,
    `${origin}/live/0199aaaabbbb7ccc8ddd0123456789ac/v480/17.m4s`,
    `${base}/v480/017.m4s`,
    `${base}/v480/-1.m4s`,
    `${base}/v480/17.m4s?again=1`,
    `${base}/../${id}/v480/x.m4s`,
    `${base}/${"v".repeat(33)}/17.m4s`,
    "data:video/mp4;base64,AAAA",
    "",
  ])("are refused elsewhere: %s", (url) => {
    expect(parseSegmentUrl(url, broadcast, origin)).toBeUndefined();
  });

  it.each([`${base}/v480/init-0.mp4`, `${base}/v480/init-x.mp4`, `${base}/v480/init-0-0.mp4`, `${base}/v480/init-1-02.mp4`, `${base}/v480/init-01-2.mp4`, `https://other.example/live/${id}/v480/init.mp4`])(
    "are refused as init segments: %s",
    (url) => {
      expect(parseInitUrl(url, broadcast, origin)).toBeUndefined();
    },
  );

  it.each(["/watch/", `/watch/${id.toUpperCase()}`, `/watch/${id}0`, `/live/${id}`])("name no broadcast: %s", (path) => {
    expect(broadcastOfPage(path)).toBeUndefined();
  });
});
