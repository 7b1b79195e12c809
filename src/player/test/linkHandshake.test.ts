import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../src/peering/fingerprint.js";
import { LinkHandshake, type LinkSelf, type LinkStep } from "../src/peering/linkHandshake.js";
import { maxMessage, readMessage, writeMessage } from "../src/peering/messages.js";
import { newPeerKeyInScript, type PeerKey } from "../src/peering/peerKey.js";
import type { Channel } from "../src/peering/proofs.js";
import { type Bytes, toHex } from "../src/verify/bytes.js";
import { admit as admitted, admittedAt, platform, random } from "./swarm/admitted.js";
import { hex, readVectors } from "./vectors.js";

const broadcast = hex("01990000000070008000000000000001");
const now = admittedAt;
const admit = (claims: Record<string, unknown> = {}, key?: PeerKey) => admitted(broadcast, claims, key);

const dtls = (offerer: Bytes, answerer: Bytes): Channel => ({ offererFingerprint: offerer, answererFingerprint: answerer });

/** Passes each message on, as somebody in the middle would, until nobody has one. */
async function shake(offerer: LinkHandshake, answerer: LinkHandshake): Promise<{ offerer: LinkStep; answerer: LinkStep }> {
  const waiting = [{ to: answerer, message: offerer.hello() }, { to: offerer, message: answerer.hello() }];
  const last = new Map<LinkHandshake, LinkStep>();
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { to, message } = next;
    if (last.get(to)?.refusal) continue;
    const step = await to.take(message, now);
    last.set(to, step);
    if (step.send) waiting.push({ to: to === offerer ? answerer : offerer, message: step.send });
  }
  return { offerer: last.get(offerer) ?? {}, answerer: last.get(answerer) ?? {} };
}

async function pair(first: Channel, second: Channel, one?: LinkSelf, other?: LinkSelf) {
  return shake(
    new LinkHandshake(platform, one ?? (await admit()), "offerer", first, () => false),
    new LinkHandshake(platform, other ?? (await admit()), "answerer", second, () => false),
  );
}

describe("a link's beginning", () => {
  it("is a hello and a proof each between two admitted peers on one channel", async () => {
    const channel = dtls(random(32), random(32));
    expect(await pair(channel, channel)).toEqual({ offerer: { isUp: true }, answerer: { isUp: true } });
  });

  it("works with keys in script and keys of WebCrypto alike", async () => {
    const channel = dtls(random(32), random(32));
    expect((await pair(channel, channel, await admit({}, newPeerKeyInScript()))).answerer.isUp).toBe(true);
  });

  it("gives somebody in the middle nothing, 20 times, and everything if the channel is not bound", async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const met = await pair(dtls(random(32), random(32)), dtls(random(32), random(32)));
      expect([met.offerer.refusal, met.answerer.refusal]).toEqual(["not-proved", "not-proved"]);
    }
    const unbound = dtls(new Uint8Array(32), new Uint8Array(32));
    expect((await pair(unbound, unbound)).offerer.isUp).toBe(true);
  });

  it("is refused to oneself, to viewers by who is private, and to a relay at another origin", async () => {
    const channel = dtls(random(32), random(32));
    const self = await admit();
    const hidden = await admit({ private: true });
    const relay = await admit({ role: "relay", origin: "https://relay.example" });
    expect((await pair(channel, channel, self, self)).offerer.refusal).toBe("oneself");
    expect((await pair(channel, channel, self, await admit({ sub: self.admission.peer }))).offerer.refusal).toBe("oneself");
    expect((await pair(channel, channel, self, hidden)).offerer.refusal).toBe("relays-only");
    expect((await pair(channel, channel, hidden, self)).offerer.refusal).toBe("relays-only");
    const at = (origin: string): Channel => ({ origin });
    expect((await pair(at("https://relay.example"), at("https://relay.example"), hidden, relay)).offerer.isUp).toBe(true);
    expect((await pair(at("https://other.example"), at("https://relay.example"), hidden, relay)).offerer.refusal).toBe("wrong-origin");
  });

  it("is refused to who is revoked between its hello and its proof", async () => {
    const channel = dtls(random(32), random(32));
    let isRevoked = false;
    const mine = new LinkHandshake(platform, await admit(), "offerer", channel, () => isRevoked);
    const theirs = new LinkHandshake(platform, await admit(), "answerer", channel, () => false);
    await mine.take(theirs.hello(), now);
    const { send: proof } = await theirs.take(mine.hello(), now);
    isRevoked = true;
    expect((await mine.take(proof ?? random(1), now)).refusal).toBe("revoked");
  });

  it("is refused to who was revoked, is not admitted, or speaks out of turn", async () => {
    const channel = dtls(random(32), random(32));
    const other = await admit();
    const take = async (message: Bytes, revoked = false) =>
      (await new LinkHandshake(platform, await admit(), "offerer", channel, () => revoked).take(message, now));
    const hello = (token: string) => writeMessage({ type: "hello", nonce: random(32), admission: token });
    expect((await take(hello(other.token), true)).refusal).toBe("revoked");
    expect(await take(hello(`${other.token}A`))).toMatchObject({ refusal: "not-admitted", admission: "malformed" });
    expect((await take(writeMessage({ type: "ping", token: 1n }))).refusal).toBe("malformed");
    expect((await take(new Uint8Array())).refusal).toBe("malformed");
  });
});

describe("a fingerprint", () => {
  const one = Array.from({ length: 32 }, (_, n) => n.toString(16).padStart(2, "0").toUpperCase()).join(":");
  const line = `a=fingerprint:sha-256 ${one}`;

  it.each([
    ["once", `v=0\r\n${line}\r\na=setup:actpass`, true],
    ["twice the same, as for two media", `${line}\r\nm=\r\n${line}`, true],
    ["none", "v=0\r\na=setup:actpass", false],
    ["two that differ", `${line}\r\n${line.replace("00:01", "01:01")}`, false],
    ["of another hash", line.replace("sha-256", "sha-1"), false],
    ["a second of another hash", `${line}\r\na=fingerprint:sha-512 ${one}:${one}`, false],
    ["too short", line.slice(0, -3), false],
    ["with more behind it", `${line} x`, false],
  ])("is taken from a description that names it %s: %#", (_, sdp, taken) => {
    expect(fingerprintOf(sdp) ? toHex(fingerprintOf(sdp) ?? new Uint8Array()) : undefined).toBe(taken ? one.replaceAll(":", "").toLowerCase() : undefined);
  });
});

/** The long form: LIVELEDGER_FUZZ=1000000. */
const inputs = Number(process.env["LIVELEDGER_FUZZ"] ?? 50_000);

describe("messages under mutation", () => {
  it(`are refused or written again as they came, ${inputs} of them`, () => {
    const { messages } = readVectors<{ messages: { message: string; fields: unknown }[] }>("peering.json");
    const seeds = messages.filter(({ message, fields }) => fields && !message.includes("*") && message !== "").map(({ message }) => hex(message.replaceAll(" ", "")));
    // xorshift32: the same inputs in each run.
    let state = 5;
    const next = (below: number) => {
      state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
      return (state >>> 0) % below;
    };
    let read = 0;
    for (let n = 0; n < inputs; n++) {
      const seed = seeds[next(seeds.length)] ?? new Uint8Array();
      let input = seed.slice(0, next(4) === 0 ? next(seed.length + 1) : seed.length);
      for (let edits = next(4); edits > 0 && input.length > 0; edits--) input[next(input.length)] = next(256);
      if (next(16) === 0) input = new Uint8Array([...input, ...Array.from({ length: next(20) }, () => next(256))]);
      const message = readMessage(input);
      if (!message || message.type === "optional") continue;
      read++;
      const written = writeMessage(message);
      if (toHex(written) !== toHex(input)) throw new Error(`input ${n} has two forms: ${toHex(input)}`);
      if (written.length > maxMessage) throw new Error(`input ${n} is too long`);
    }
    expect(read).toBeGreaterThan(inputs / 20);
  }, 600_000);
});
