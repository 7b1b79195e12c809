import { hashes, keygen, sign as signInScript } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Bytes } from "../verify/bytes.js";
import { Ed25519PublicKey } from "../verify/ed25519.js";

/** A peer's own key pair. It lives as long as the page, and never leaves it. */
export interface PeerKey {
  readonly publicKey: Ed25519PublicKey;
  /** What is signed begins with a domain tag of its own kind. */
  sign(message: Bytes): Promise<Bytes>;
}

/** A new key: one that no script can read out where WebCrypto knows Ed25519, else one in script. */
export async function newPeerKey(): Promise<PeerKey> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle) {
    try {
      const pair = (await subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
      return {
        publicKey: parsed(new Uint8Array(await subtle.exportKey("raw", pair.publicKey))),
        sign: async (message) => new Uint8Array(await subtle.sign("Ed25519", pair.privateKey, message)),
      };
    } catch {
      // A browser whose WebCrypto has no Ed25519 yet.
    }
  }
  return newPeerKeyInScript();
}

/** As {@link newPeerKey} without WebCrypto. */
export function newPeerKeyInScript(): PeerKey {
  hashes.sha512 = sha512;
  const { secretKey, publicKey } = keygen();
  return { publicKey: parsed(publicKey as Bytes), sign: async (message) => signInScript(message, secretKey) as Bytes };
}

function parsed(bytes: Bytes): Ed25519PublicKey {
  const key = Ed25519PublicKey.parse(bytes);
  if (!key) throw new Error("a new key is no sound point");
  return key;
}
