import { type Bytes, toHex } from "../verify/bytes.js";
import { sha256 } from "../verify/sha256.js";
import type { WireReader, WireWriter } from "./wire.js";

/** A segment in messages (docs/formats/peer-messages.md). */
export interface SegmentName {
  /** The track's tag: 8 bytes. */
  readonly track: bigint;
  readonly epoch: number;
  readonly sequence: number;
}

export const segmentNameLength = 16;

/** The tag of a track: the first 8 bytes of a hash of this protocol, the broadcast and the track's name. */
export async function trackTag(broadcast: Bytes, track: string): Promise<bigint> {
  const hash = await sha256(new TextEncoder().encode(`liveledger track v1\n${toHex(broadcast)}\n${track}`));
  return new DataView(hash.buffer, hash.byteOffset).getBigUint64(0);
}

/** A key for maps. */
export function keyOf({ track, epoch, sequence }: SegmentName): string {
  return `${track.toString(16).padStart(16, "0")}/${epoch}/${sequence}`;
}

export function takeSegmentName(from: WireReader): SegmentName | undefined {
  const track = from.u64();
  const epoch = from.u32();
  const sequence = from.u32();
  return track === undefined || epoch === undefined || sequence === undefined ? undefined : { track, epoch, sequence };
}

export function putSegmentName(to: WireWriter, { track, epoch, sequence }: SegmentName): WireWriter {
  return to.u64(track).u32(epoch).u32(sequence);
}
