import { type Bytes, concatBytes } from "../verify/bytes.js";
import { WireWriter } from "./wire.js";

const tag = new TextEncoder().encode("liveledger chunk statement v1\n");

/** What a peer signs of a chunk that it sends (docs/formats/fraud-proof.md): of which record, which chunk, and what it hashes to. It names no receiver, so it is signed once for all. */
export function statementBytes(recordHash: Bytes, chunk: number, leaf: Bytes): Bytes {
  return concatBytes(tag, recordHash, new WireWriter(4).u32(chunk).bytes, leaf);
}
