import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { SeededRandom } from "../../../../src/player/src/swarm/random.js";
import type { PeerKey } from "../../../../src/player/src/peering/peerKey.js";
import { Ed25519PublicKey } from "../../../../src/player/src/verify/ed25519.js";
import type { Bytes } from "../../../../src/player/src/verify/bytes.js";

const privateHead = Buffer.from("302e020100300506032b657004220420", "hex");
const publicHead = Buffer.from("302a300506032b6570032100", "hex");

/**
 * The same digests and signatures as WebCrypto's, but each is there at once: a thread pool's answers come in no order that a seed could repeat. What is by chance comes from a seed.
 */
export function makeSteady(seed: number): void {
  const random = new SeededRandom(seed);
  const subtle = {
    digest: async (_: string, bytes: Uint8Array) => createHash("sha256").update(bytes).digest(),
    importKey: async (_: string, raw: Uint8Array) => createPublicKey({ key: Buffer.concat([publicHead, raw]), format: "der", type: "spki" }),
    verify: async (_: string, key: KeyObject, signature: Uint8Array, message: Uint8Array) => checked(key, signature, message),
  };
  const getRandomValues = (into: Uint8Array) => into.map((_, at) => (into[at] = random.below(256)));
  Object.defineProperty(globalThis, "crypto", { configurable: true, value: { subtle, getRandomValues } });
}

/** What was answered, for the next run that asks the same: the same bytes under the same key. */
const answers = new Map<string, boolean>();
const names = new WeakMap<KeyObject, string>();

function checked(key: KeyObject, signature: Uint8Array, message: Uint8Array): boolean {
  const name = names.get(key) ?? key.export({ format: "der", type: "spki" }).toString("latin1");
  names.set(key, name);
  const asked = `${name}${Buffer.from(signature).toString("latin1")}${Buffer.from(message).toString("latin1")}`;
  const answer = answers.get(asked) ?? verify(null, message, key, signature);
  if (message.length < 1024) answers.set(asked, answer);
  return answer;
}

/** A key pair that a seed makes. Ed25519 signs the same bytes alike each time. */
export function seededKey(random: SeededRandom): PeerKey {
  const secret = createPrivateKey({ key: Buffer.concat([privateHead, Buffer.from(Array.from({ length: 32 }, () => random.below(256)))]), format: "der", type: "pkcs8" });
  const raw = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(publicHead.length);
  const publicKey = Ed25519PublicKey.parse(new Uint8Array(raw) as Bytes);
  if (!publicKey) throw new Error("a new key is no sound point");
  const signed = new Map<string, Bytes>();
  return {
    publicKey,
    sign: async (message) => {
      const name = Buffer.from(message).toString("latin1");
      const known = signed.get(name) ?? (new Uint8Array(sign(null, message, secret)) as Bytes);
      signed.set(name, known);
      return known.slice() as Bytes;
    },
  };
}
