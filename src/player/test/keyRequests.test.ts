import type { LevelDetails } from "hls.js";
import { describe, expect, it } from "vitest";
import { hasKeysInBand, keyRequest } from "../src/playback/keyRequests.js";

const pssh = new Uint8Array([1, 2, 3]).buffer;
const keyId = new Uint8Array(16).fill(0xfb);

describe("What hls.js is told to ask ClearKey for", () => {
  it("is what the media say where every key has an init segment of its own, or is the only one", () => {
    for (const list of [listed(["a", 1], ["a", 1], ["b", 2]), listed(["a", 1], ["a", 1]), listed(), undefined]) {
      expect(hasKeysInBand(list)).toBe(false);
      expect(asked(list)).toEqual({ initDataType: "cenc", initData: pssh });
    }
  });

  it("is the playlist's key id where keys change under one init segment", () => {
    const answer = asked(listed(["a", 1], ["a", 1], ["a", 2]));
    expect(answer?.initDataType).toBe("keyids");
    expect(JSON.parse(new TextDecoder().decode(answer?.initData ?? undefined))).toEqual({ kids: ["-_v7-_v7-_v7-_v7-_v7-w"] });
  });
});

function listed(...fragments: [init: string, key: number][]): LevelDetails {
  return { fragments: fragments.map(([url, key]) => ({ initSegment: { url }, levelkeys: { "org.w3.clearkey": { uri: `data:${key}` } } })) } as unknown as LevelDetails;
}

function asked(details: LevelDetails | undefined): ReturnType<typeof keyRequest> {
  const hls = { levels: [{ details: undefined }], allAudioTracks: [{ details }] } as unknown as ThisParameterType<typeof keyRequest>;
  return keyRequest.call(hls, "cenc", pssh, { decryptdata: { keyId } } as Parameters<typeof keyRequest>[2]);
}
