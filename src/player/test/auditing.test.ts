import { describe, expect, it } from "vitest";
import { ApiToken } from "../src/network/apiToken.js";
import { LogMemory } from "../src/auditing/logMemory.js";
import { readRoute } from "../src/auditPage/route.js";

/** A storage of its own; or one that the user forbids. */
function storage(forbidden = false): Storage {
  const kept = new Map<string, string>();
  const guard = <T>(action: () => T): T => {
    if (forbidden) throw new DOMException("forbidden");
    return action();
  };
  return {
    getItem: (key: string) => guard(() => kept.get(key) ?? null),
    setItem: (key: string, value: string) => guard(() => void kept.set(key, value)),
    removeItem: (key: string) => guard(() => void kept.delete(key)),
  } as unknown as Storage;
}

describe("The address after #", () => {
  it("names an entry, a search or a place in the list", () => {
    expect(readRoute("#/entry/17")).toEqual({ kind: "entry", index: 17n });
    expect(readRoute("#/entry/9223372036854775807")).toEqual({ kind: "entry", index: 2n ** 63n - 1n });
    expect(readRoute("#/newest/25")).toEqual({ kind: "newest", before: 25n });
    expect(readRoute("#/search?type=a%26b&stream=s%2F1")).toEqual({ kind: "search", filters: { type: "a&b", stream: "s/1" } });
    expect(readRoute("#/search?limit=7&type=&actor=" + "x".repeat(201))).toEqual({ kind: "search", filters: {} });
  });

  it.each(["", "#", "#/", "#/entry", "#/entry/", "#/entry/-1", "#/entry/017", "#/entry/1/2", "#/entry/1e3", "#/entry/9223372036854775808", "#/newest/0", "#/else"])(
    "is the newest entries where it is nothing else: %s",
    (hash) => {
      expect(readRoute(hash)).toEqual({ kind: "newest", before: undefined });
    },
  );
});

describe("A pasted token", () => {
  const claims = Buffer.from(JSON.stringify({ role: "auditor", sub: "inspector", exp: 1_790_000_000 })).toString("base64url");

  it("is taken with what stands around it, and says whose it is", () => {
    const token = new ApiToken(storage(), "place");
    expect(token.take(`  Bearer e30.${claims}.c2ln \n`)).toEqual({ role: "auditor", account: "inspector", expires: 1_790_000_000_000 });
    expect(token.text).toBe(`e30.${claims}.c2ln`);
    token.drop();
    expect(token.text).toBeUndefined();
  });

  it.each(["", "x", "a.b", `e30.${claims}`, `e30.${claims}.c2ln.x`, `e30.${claims} .c2ln`, "e30.bnVsbA.c2ln", "e30.W.c2ln", `e30.${claims}.${"A".repeat(8200)}`])(
    "is refused where it is none: %s",
    (text) => {
      expect(new ApiToken(storage(), "place").take(text)).toBeUndefined();
    },
  );

  it("is used all the same where the browser keeps nothing", () => {
    const token = new ApiToken(storage(true), "place");
    expect(token.take(`e30.${claims}.c2ln`)?.role).toBe("auditor");
    expect(token.claims?.account).toBe("inspector");
  });
});

describe("What is remembered of a log", () => {
  const seen = { vkey: "a+b", keySince: 1, note: Uint8Array.of(1, 2, 3), seenAt: 2 };

  it("is read back, and forgotten when told", () => {
    const memory = new LogMemory(storage());
    expect(memory.read()).toBeUndefined();
    expect(memory.write(seen)).toBe(true);
    expect(memory.read()).toEqual(seen);
    memory.clear();
    expect(memory.read()).toBeUndefined();
  });

  it.each(["", "{", "null", "7", "{}", JSON.stringify({ ...seen, note: "*" }), JSON.stringify({ ...seen, note: "AQID", seenAt: "2" })])("is nothing where it is damaged: %s", (text) => {
    const kept = storage();
    kept.setItem("liveledger.audit.log", text);
    expect(new LogMemory(kept).read()).toBeUndefined();
  });

  it("is nothing where the browser keeps nothing, and that is no error", () => {
    const memory = new LogMemory(storage(true));
    expect(memory.write(seen)).toBe(false);
    expect(memory.read()).toBeUndefined();
    expect(new LogMemory(undefined).write(seen)).toBe(false);
  });
});
