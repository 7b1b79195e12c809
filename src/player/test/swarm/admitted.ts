import { verifyAdmission } from "../../src/peering/admission.js";
import { keysOfSet, thumbprintOf } from "../../src/peering/jws.js";
import type { LinkSelf } from "../../src/peering/linkHandshake.js";
import { newPeerKey, newPeerKeyInScript, type PeerKey } from "../../src/peering/peerKey.js";
import { toBase64Url } from "../../src/verify/base64Url.js";
import { type Bytes, toHex } from "../../src/verify/bytes.js";

export const admittedAt = 1_790_000_000;

const key = newPeerKeyInScript();

/** A platform of the tests' own. */
export const platform = {
  issuer: "https://live.example",
  keys: await keysOfSet({ keys: [{ kty: "OKP", crv: "Ed25519", x: toBase64Url(key.publicKey.bytes) }] }),
};

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A peer that the platform has admitted, with claims changed if so wished. */
export async function admit(broadcast: Bytes, claims: Record<string, unknown> = {}, own?: PeerKey): Promise<LinkSelf> {
  const peerKey = own ?? (await newPeerKey());
  const stated = {
    iss: platform.issuer, aud: "liveledger-swarm", sub: toBase64Url(random(32)), jti: toBase64Url(random(16)), iat: admittedAt, nbf: admittedAt, exp: admittedAt + 600,
    cnf: { jwk: { kty: "OKP", crv: "Ed25519", x: toBase64Url(peerKey.publicKey.bytes) } }, broadcast: toHex(broadcast), role: "viewer",
    identity: toBase64Url(key.publicKey.bytes), tracker: "wss://live.example/v1/swarm", ...claims,
  };
  const token = await signed("liveledger-admission+jwt", stated);
  const { admission } = await verifyAdmission(token, platform, broadcast, admittedAt);
  if (!admission) throw new Error("not admitted");
  return { key: peerKey, token, admission };
}

/** The platform's word, or somebody's, that peers are revoked. */
export function revocation(broadcast: Bytes, peers: readonly string[], signer: PeerKey = key): Promise<string> {
  return signed("liveledger-revocation+jwt", { iss: platform.issuer, aud: "liveledger-swarm", iat: admittedAt, broadcast: toHex(broadcast), peers }, signer);
}

async function signed(typ: string, claims: unknown, signer: PeerKey = key): Promise<string> {
  const part = (value: unknown) => toBase64Url(new TextEncoder().encode(JSON.stringify(value)));
  const input = `${part({ alg: "EdDSA", typ, kid: await thumbprintOf(key.publicKey) })}.${part(claims)}`;
  return `${input}.${toBase64Url(await signer.sign(new TextEncoder().encode(input)))}`;
}
