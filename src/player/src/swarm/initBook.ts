import { type Bytes, sameBytes, toHex } from "../verify/bytes.js";
import { sha256 } from "../verify/sha256.js";
import type { LinkSession } from "./linkSession.js";
import type { Pieces } from "./pieces.js";
import type { SeededRandom } from "./random.js";

/** Each key period of each track has one, of some 2 kB. */
const maxKept = 64;
/** What is longer is not passed on. */
const maxLength = 2 ** 18;
const maxAsked = 2;

/** Init segments by their hash, which records state: from neighbours, and for them. */
export class InitBook {
  readonly #kept = new Map<string, Bytes>();

  constructor(
    private readonly neighbours: () => LinkSession[],
    private readonly pieces: Pieces,
    private readonly random: SeededRandom,
  ) {}

  known(hash: Bytes): Bytes | undefined {
    return this.#kept.get(toHex(hash));
  }

  /** Keeps one that a record vouches for. */
  async keep(bytes: Bytes): Promise<void> {
    if (bytes.length === 0 || bytes.length > maxLength) return;
    this.#put(await sha256(bytes), bytes);
  }

  /** From here or from a neighbour, checked by its hash; undefined: it is the origin's turn. */
  async find(hash: Bytes): Promise<Bytes | undefined> {
    const kept = this.known(hash);
    if (kept) return kept;
    const asked = this.neighbours();
    for (let n = 0; n < maxAsked && asked.length > 0; n++) {
      const [link] = asked.splice(this.random.below(asked.length), 1);
      const bytes = link && (await this.pieces.ask(link, (request) => link.send({ type: "want-init", request, hash })));
      if (!bytes) continue;
      if (sameBytes(await sha256(bytes), hash)) {
        this.#put(hash, bytes);
        return bytes;
      }
      link.cut("bad-init");
    }
    return undefined;
  }

  #put(hash: Bytes, bytes: Bytes): void {
    if (this.#kept.size >= maxKept) this.#kept.delete(this.#kept.keys().next().value ?? "");
    this.#kept.set(toHex(hash), bytes);
  }
}
