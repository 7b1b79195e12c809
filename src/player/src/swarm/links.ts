import type { Admission } from "../peering/admission.js";
import { LinkHandshake, type LinkSelf } from "../peering/linkHandshake.js";
import type { Channel as ChannelBinding, LinkSide } from "../peering/proofs.js";
import { sameBytes, toHex } from "../verify/bytes.js";
import type { LinkId } from "./actions.js";
import { type Channel, type LinkEnd, type LinkOwner, LinkSession } from "./linkSession.js";
import type { LinkWatch, SwarmParts } from "./swarmParts.js";

const shakeMs = 10_000;
const maxEnds = 100;
/** As many as a tracker takes. */
const maxParted = 64;

/** The links of a peer: those that shake hands, those that are up, and how the others ended. */
export class Links {
  readonly #sessions = new Set<LinkSession>();
  readonly #up = new Map<LinkId, LinkSession>();
  readonly #watches = new Map<LinkSession, LinkWatch>();
  readonly #banned = new Set<string>();
  /** Whose rights are among them, newest last. */
  parted: readonly string[] = [];
  #next: LinkId = 1;
  /** How links ended, newest last: of whom, where it was known, and why. */
  ends: readonly { readonly key: string | undefined; readonly why: LinkEnd }[] = [];
  /** The newest admission, for links from now on. */
  self: LinkSelf;

  /**
   * @param owner Hears of links that are up, and of each that is no more.
   * @param isGuilty Whether by a proof nothing is had to do with a peer.
   */
  constructor(
    private readonly parts: SwarmParts,
    private readonly owner: LinkOwner,
    private readonly isGuilty: (other: Admission) => boolean,
  ) {
    this.self = parts.self;
  }

  get size(): number {
    return this.#up.size;
  }

  /** Those that are up. */
  get all(): LinkSession[] {
    return [...this.#up.values()];
  }

  get(id: LinkId): LinkSession | undefined {
    return this.#up.get(id);
  }

  attach(channel: Channel, side: LinkSide, binding: ChannelBinding, watch: LinkWatch): LinkSession {
    const { platform, revocations, platformTime, clock } = this.parts;
    const unwelcome = (other: Admission) => revocations.isRevoked(other) || this.isGuilty(other) || this.#banned.has(toHex(other.key.bytes)) || this.#banned.has(other.peer);
    const link: LinkSession = new LinkSession(this.#next++, channel, new LinkHandshake(platform, this.self, side, binding, unwelcome), {
      up: (up, other) => this.#isUp(up, other),
      screen: (from, message) => this.owner.screen(from, message),
      took: (from, message) => this.owner.took(from, message),
      down: (down, why) => this.#isDown(down, why),
    }, clock, platformTime);
    this.#sessions.add(link);
    this.#watches.set(link, watch);
    clock.after(shakeMs, () => link.isUp || link.leave(1, "silence"));
    return link;
  }

  /** Nothing more is had to do with a peer, under whichever key. */
  ban({ key, peer }: Admission): void {
    this.#banned.add(toHex(key.bytes)).add(peer);
    this.parted = [...this.parted.filter((other) => other !== peer), peer].slice(-maxParted);
  }

  /** Ends the links with whoever is proved guilty now. */
  leaveGuilty(): void {
    for (const link of [...this.#sessions]) if (link.other && this.isGuilty(link.other)) link.leave(3);
  }

  leave(): void {
    for (const link of [...this.#sessions]) link.leave(1);
  }

  #isUp(link: LinkSession, other: Admission): void {
    // A second link with a neighbour is no use to either. The newer one stays: it was begun with newer admissions, and the tracker knows its ends.
    const before = this.all.find((known) => known.other && sameBytes(known.other.key.bytes, other.key.bytes));
    this.#up.set(link.id, link);
    before?.leave(2);
    this.owner.up(link, other);
    this.#watches.get(link)?.up?.(other);
  }

  #isDown(link: LinkSession, why: LinkEnd): void {
    const key = link.other && toHex(link.other.key.bytes);
    this.ends = [...this.ends.slice(1 - maxEnds), { key, why }];
    // Its key is not linked with again, nor is its right under another key.
    if (link.other && "offence" in why) this.ban(link.other);
    this.#sessions.delete(link);
    this.#up.delete(link.id);
    this.owner.down(link, why);
    this.#watches.get(link)?.down?.(why);
    this.#watches.delete(link);
  }
}
