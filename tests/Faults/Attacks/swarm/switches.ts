import { vi } from "vitest";
import type { Bytes } from "../../../../src/player/src/verify/bytes.js";

/** Defences of the player's that are part of its code, and that a control run does without. */
export const switches = {
  /** Looks at what it gets. */
  hashes: true,
  /** Makes proofs of what was signed and is not so, and takes those of others. */
  proves: true,
  /** Looks at a proof before it believes it. */
  checksProofs: true,
  /** Looks whether a neighbour has another record than itself. */
  comparesRecords: true,
  /** Serves no further who gives no receipts. */
  wantsReceipts: true,
};

/** Every chunk has the same hash to a viewer that does not look. */
const noHash: Bytes = new Uint8Array(32);

// Set before anything else is loaded: whoever is loaded earlier has the defence all the same.
vi.mock("../../../../src/player/src/verify/merkle.js", async (original) => {
  const real = await original<typeof import("../../../../src/player/src/verify/merkle.js")>();
  return { ...real, leafHash: (bytes: Uint8Array) => (switches.hashes ? real.leafHash(bytes) : Promise.resolve(noHash)) };
});

vi.mock("../../../../src/player/src/swarm/frauds.js", async (original) => {
  const { Frauds } = await original<typeof import("../../../../src/player/src/swarm/frauds.js")>();
  class Unproved extends Frauds {
    override accuse(...about: Parameters<InstanceType<typeof Frauds>["accuse"]>): Promise<boolean> {
      return switches.proves ? super.accuse(...about) : Promise.resolve(false);
    }

    override heard(...word: Parameters<InstanceType<typeof Frauds>["heard"]>): Promise<boolean> {
      return switches.proves ? super.heard(...word) : Promise.resolve(false);
    }
  }
  return { Frauds: Unproved };
});

vi.mock("../../../../src/player/src/swarm/crossCheck.js", async (original) => {
  const { CrossCheck } = await original<typeof import("../../../../src/player/src/swarm/crossCheck.js")>();
  class Blind extends CrossCheck {
    override heard(...said: Parameters<InstanceType<typeof CrossCheck>["heard"]>): void {
      if (switches.comparesRecords) super.heard(...said);
    }

    override differs(...from: Parameters<InstanceType<typeof CrossCheck>["differs"]>): Promise<boolean> {
      return switches.comparesRecords ? super.differs(...from) : Promise.resolve(false);
    }
  }
  return { CrossCheck: Blind };
});

vi.mock("../../../../src/player/src/swarm/service.js", async (original) => {
  const { Service } = await original<typeof import("../../../../src/player/src/swarm/service.js")>();
  class Unpaid extends Service {
    override isPaid(link: Parameters<InstanceType<typeof Service>["isPaid"]>[0]): boolean {
      return !switches.wantsReceipts || super.isPaid(link);
    }
  }
  return { Service: Unpaid };
});

vi.mock("../../../../src/player/src/peering/fraudProof.js", async (original) => {
  const real = await original<typeof import("../../../../src/player/src/peering/fraudProof.js")>();
  const { verifyAsEvidence } = await import("../../../../src/player/src/peering/admission.js");
  const { parseRecordItem } = await import("../../../../src/player/src/verify/segmentRecord.js");
  const verifyFraud: typeof real.verifyFraud = async (proof, platform, identity) => {
    if (switches.checksProofs || proof.kind !== "chunk") return real.verifyFraud(proof, platform, identity);
    const { admission } = await verifyAsEvidence(proof.admission, platform);
    const record = parseRecordItem(proof.record)?.record;
    return admission && record ? { convicts: "peer", admission, record, chunk: proof.chunk } : { refusal: "admission" };
  };
  return { ...real, verifyFraud };
});
