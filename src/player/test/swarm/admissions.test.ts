import { beforeEach, describe, expect, it } from "vitest";
import { newPeerKeyInScript } from "../../src/peering/peerKey.js";
import { admissionRequestBytes } from "../../src/peering/proofs.js";
import { Admissions, type NotAdmittedError, readIceServers } from "../../src/swarm/admissions.js";
import { fromBase64Url, toBase64Url } from "../../src/verify/base64Url.js";
import { toHex } from "../../src/verify/bytes.js";
import { admit, admittedAt, platform, random } from "./admitted.js";
import { VirtualClock } from "./virtualClock.js";

const broadcast = random(16);
const playback = "0123456789abcdef0123456789abcdef";
const key = newPeerKeyInScript();
const serverTime = admittedAt * 1000;

type Answers = Record<string, (init: RequestInit) => { readonly status: number; readonly body: unknown } | Promise<{ readonly status: number; readonly body: unknown }>>;
let answers: Answers;
let asked: Record<string, unknown>[];
let identity = random(32);

beforeEach(async () => {
  asked = [];
  const own = await admit(broadcast, {}, key);
  identity = own.admission.identity.bytes;
  answers = {
    "GET /v1/admissions": () => ({ status: 200, body: { issuer: platform.issuer, serverTime } }),
    "GET /.well-known/jwks.json": () => ({ status: 200, body: { keys: platform.keys.map(({ key: { bytes } }) => ({ kty: "OKP", crv: "Ed25519", x: toBase64Url(bytes) })) } }),
    "POST /v1/admissions": () => ({ status: 201, body: granted(own.token) }),
  };
});

const granted = (admission: string) => ({ admission, expiresAt: serverTime + 600_000, serverTime, iceServers: [{ urls: ["stun:live.example:3478"] }], sharing: "optional", renewAfter: 400 });

function admissions(wantsPrivate = false): Admissions {
  return new Admissions({
    wantsPrivate,
    fetch: (async (input: string, init: RequestInit = {}) => {
      const name = `${init.method ?? "GET"} ${new URL(input).pathname}`;
      if (init.body) asked.push({ ...(JSON.parse(init.body as string) as object), authorization: (init.headers as Record<string, string>)["Authorization"] });
      const { status, body } = (await answers[name]?.(init)) ?? { status: 404, body: {} };
      return new Response(JSON.stringify(body), { status });
    }) as typeof fetch,
    server: "https://live.example", clock: new VirtualClock(), broadcast, broadcastId: toHex(broadcast), identity, viewerToken: "viewer", playback: () => playback, key,
  });
}

const never = new AbortController().signal;
const codeOf = (ask: Promise<unknown>) => ask.then(() => "admitted", (error: NotAdmittedError) => error.code);

describe("a page that asks for its admission", () => {
  it("proves its key at the server's time, and takes what came with it", async () => {
    const admitted = await admissions().ask(never);
    expect(admitted).toMatchObject({ iceServers: [{ urls: ["stun:live.example:3478"] }], sharing: "optional", isBroadcastPrivate: false, renewAfterMs: 400_000 });
    const [request] = asked;
    expect(request).toMatchObject({ playback, authorization: "Bearer viewer", key: toBase64Url(key.publicKey.bytes) });
    expect(Math.abs(Number(request?.["time"]) - serverTime)).toBeLessThan(1000);
    const nonce = fromBase64Url(String(request?.["nonce"])) ?? random(32);
    const signed = await admissionRequestBytes(platform.issuer, broadcast, key.publicKey.bytes, Number(request?.["time"]), nonce);
    expect(await key.publicKey.verify(signed, fromBase64Url(String(request?.["proof"])) ?? random(64))).toBe(true);
  });

  it("says the server's reason by its name, and whether it is worth asking again", async () => {
    for (const [status, code, again] of [[403, "peer-banned", false], [404, "playback-unknown", true], [429, "too-many-admissions", true], [403, "entitlement-revoked", false], [503, "ledger-unavailable", true]] as const) {
      answers["POST /v1/admissions"] = () => ({ status, body: { code } });
      const refused = await admissions().ask(never).catch((error: NotAdmittedError) => error);
      expect(refused).toMatchObject({ code });
      expect((refused as NotAdmittedError).retryMs !== undefined, code).toBe(again);
    }
  });

  it("signs again at once, at the time the server gives, if its own was wrong", async () => {
    let refusals = 0;
    const give = answers["POST /v1/admissions"];
    answers["POST /v1/admissions"] = (init) => (refusals++ === 0 ? { status: 403, body: { code: "proof-stale", serverTime: serverTime + 5000 } } : give?.(init) ?? { status: 500, body: {} });
    expect(await codeOf(admissions().ask(never))).toBe("admitted");
    expect(Number(asked[1]?.["time"]) - Number(asked[0]?.["time"])).toBeGreaterThanOrEqual(4900);
    expect(asked[1]?.["nonce"]).not.toBe(asked[0]?.["nonce"]);
  });

  it("takes no admission that others would refuse, that is another's, or that leads to another broadcaster", async () => {
    const of = async (claims: Record<string, unknown>, own = key) => (await admit(broadcast, claims, own)).token;
    const other = newPeerKeyInScript();
    const cases: [string, string][] = [
      ["admission-malformed", "x.y.z"],
      ["admission-of-another", await of({}, other)],
      ["admission-of-another", await of({ role: "relay", origin: "https://relay.example" })],
      ["identity-differs", await of({ identity: toBase64Url(other.publicKey.bytes) })],
    ];
    for (const [code, token] of cases) {
      answers["POST /v1/admissions"] = () => ({ status: 201, body: granted(token) });
      expect(await codeOf(admissions().ask(never))).toBe(code);
    }
    const good = await of({});
    answers["POST /v1/admissions"] = () => ({ status: 201, body: { ...granted(good), serverTime: serverTime + 3_600_000 } });
    expect(await codeOf(admissions().ask(never))).toBe("admission-expired");
  });

  it("asks for relays alone where its viewer wants that, and takes no admission by which viewers would be told of it", async () => {
    expect(await codeOf(admissions(true).ask(never))).toBe("admission-not-private");
    expect(asked.at(-1)).toMatchObject({ private: true });
    const alone = await admit(broadcast, { private: true, identity: toBase64Url(identity) }, key);
    answers["POST /v1/admissions"] = () => ({ status: 201, body: granted(alone.token) });
    expect(await codeOf(admissions(true).ask(never))).toBe("admitted");
    // Not asked for, it is the server's or the offer's to say.
    expect(await codeOf(admissions().ask(never))).toBe("admitted");
    expect(asked.at(-1)).not.toHaveProperty("private");
  });

  it("in a private broadcast takes no admission by which viewers would be told of it, whatever its viewer wants", async () => {
    const give = (token: string) => (answers["POST /v1/admissions"] = () => ({ status: 201, body: { ...granted(token), sharing: "forbidden", peers: "relays" } }));
    give((await admit(broadcast, { identity: toBase64Url(identity) }, key)).token);
    expect(await codeOf(admissions().ask(never))).toBe("admission-not-private");
    give((await admit(broadcast, { private: true, identity: toBase64Url(identity) }, key)).token);
    expect(await admissions().ask(never)).toMatchObject({ sharing: "forbidden", isBroadcastPrivate: true });
  });

  it("gives a browser no ICE server that it could not take", () => {
    expect(readIceServers([{ urls: "stun:a:1" }, { urls: ["http://a"] }, { urls: ["turn:b:2"] }, { urls: ["turn:b:2"], username: "u", credential: "c" }, 5, null])).toEqual([
      { urls: ["stun:a:1"] }, { urls: ["turn:b:2"], username: "u", credential: "c" },
    ]);
    expect(readIceServers("stun:a:1")).toEqual([]);
  });
});
