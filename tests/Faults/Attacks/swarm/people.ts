import { SeededRandom } from "../../../../src/player/src/swarm/random.js";
import type { LinkSelf } from "../../../../src/player/src/peering/linkHandshake.js";
import { toBase64Url } from "../../../../src/player/src/verify/base64Url.js";
import type { Bytes } from "../../../../src/player/src/verify/bytes.js";
import { admit } from "../../../../src/player/test/swarm/admitted.js";
import { broadcast, type Broadcaster } from "./broadcaster.js";
import { seededKey } from "./steadyCrypto.js";

/** Keys and admissions for so many, the same ones each time. */
export async function people(count: number, { identity }: Broadcaster): Promise<LinkSelf[]> {
  const random = new SeededRandom(5);
  const admitted: LinkSelf[] = [];
  for (let n = 0; n < count; n++) {
    const sub = toBase64Url(Uint8Array.from({ length: 32 }, () => random.below(256)) as Bytes);
    admitted.push(await admit(broadcast, { sub, identity: toBase64Url(identity.publicKey.bytes) }, seededKey(random)));
  }
  return admitted;
}
