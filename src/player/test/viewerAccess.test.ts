import { describe, expect, it } from "vitest";
import { IdentityTrust } from "../src/playback/identityTrust.js";
import { readViewerAccess, tokenExpiry, UnreadableIdentityError } from "../src/playback/viewerAccess.js";
import { fromBase64Url, toBase64Url } from "../src/verify/base64Url.js";

const identity = toBase64Url(new Uint8Array(32).fill(200));

function storage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  } as unknown as Storage;
}

function pageAt(hash: string, sessionStorage = storage()) {
  const visited: string[] = [];
  return {
    visited,
    location: { hash, pathname: "/watch/x", search: "" } as Location,
    history: { state: null, replaceState: (_: unknown, __: string, url: string) => visited.push(url) } as unknown as History,
    sessionStorage,
  };
}

describe("What a link gives", () => {
  it("is read from the fragment, whose token then disappears but for this tab", () => {
    const page = pageAt(`#token=abc&identity=${identity}`);
    const access = readViewerAccess("b", page);
    expect(access.token).toBe("abc");
    expect(access.pinned).toEqual(fromBase64Url(identity));
    expect(page.visited).toEqual([`/watch/x#identity=${identity}`]);
    expect(readViewerAccess("b", pageAt("", page.sessionStorage)).token).toBe("abc");
    expect(readViewerAccess("other", pageAt("", page.sessionStorage)).token).toBeUndefined();
  });

  it.each(["#identity=short", "#identity=", `#identity=${identity}A`, `#identity=${identity.slice(0, 42)}!`])("is refused with a damaged pin: %s", (hash) => {
    expect(() => readViewerAccess("b", pageAt(hash))).toThrow(UnreadableIdentityError);
  });

  it("is a token with an end, or without", () => {
    expect(tokenExpiry(`e30.${toBase64Url(new TextEncoder().encode('{"exp":12}'))}.x`)).toBe(12_000);
    for (const token of ["", "e30.e30.e30", "a.b.c", "..", "e30.!!.e30"]) expect(tokenExpiry(token)).toBeUndefined();
  });
});

describe("An identity", () => {
  const seen = new Uint8Array(32).fill(1);

  it("is trusted on first use, then expected", () => {
    const kept = storage();
    const first = new IdentityTrust("b", undefined, kept);
    expect(first.expected).toBeUndefined();
    expect(first.settle(seen)).toBe("first-use");
    const second = new IdentityTrust("b", undefined, kept);
    expect(second.expected).toEqual(seen);
    expect(second.settle(seen)).toBe("remembered");
    expect(new IdentityTrust("c", undefined, kept).expected).toBeUndefined();
  });

  it("in the link counts more than one remembered", () => {
    const kept = storage();
    new IdentityTrust("b", undefined, kept).settle(seen);
    const pinned = new Uint8Array(32).fill(2);
    expect(new IdentityTrust("b", pinned, kept).expected).toEqual(pinned);
  });
});

describe("Base64url", () => {
  it("has one spelling for each value", () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 83 + length) & 255);
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    }
    for (const text of ["A", "AB=", "AB", "A B", "AB+C", "AAAAB"]) expect(fromBase64Url(text)).toBeUndefined();
    expect(fromBase64Url("AA")).toEqual(Uint8Array.of(0));
  });
});
