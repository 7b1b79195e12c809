import { type Admission, type Platform, readRevocation } from "../peering/admission.js";

/** An admission lives for 10 minutes at most, and times differ by half a minute. */
const keptSeconds = 660;
const maxKept = 10_000;

/** Peers whose admissions are void, by the platform's signed word. */
export class Revocations {
  /** Pseudonym, and until when admissions of it are void, in Unix seconds. */
  readonly #until = new Map<string, number>();

  constructor(
    private readonly platform: Platform,
    private readonly broadcast: string,
    /** The platform's time in Unix seconds. */
    private readonly now: () => number,
  ) {}

  isRevoked({ peer, issuedAt }: Admission): boolean {
    const until = this.#until.get(peer);
    return until !== undefined && issuedAt <= until;
  }

  /** True if it says something that was not known. Anybody may bring it: it counts if the platform signed it. */
  async take(token: string): Promise<boolean> {
    const revocation = await readRevocation(token, this.platform, this.broadcast);
    const forgotten = this.now() - keptSeconds;
    if (!revocation || revocation.issuedAt < forgotten) return false;
    for (const [peer, until] of this.#until) if (until < forgotten) this.#until.delete(peer);
    let isNew = false;
    for (const peer of revocation.peers) {
      if ((this.#until.get(peer) ?? 0) >= revocation.issuedAt || this.#until.size >= maxKept) continue;
      this.#until.set(peer, revocation.issuedAt);
      isNew = true;
    }
    return isNew;
  }
}
