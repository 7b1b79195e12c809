import type { LinkSelf } from "../../../../src/player/src/peering/linkHandshake.js";
import type { SwarmNode } from "../../../../src/player/src/swarm/swarmNode.js";
import type { Line } from "./lines.js";
import type { AttackScript } from "./attack.js";
import type { Link } from "./swarm.js";

/** What a viewer's device does for others. */
export type Device = "usual" | "poor" | "not sending";

/** Somebody who watches: the player's own peer, its line, and how its playback goes. Attackers are too, with a script between their peer and the line. */
export class Viewer {
  readonly links = new Map<Viewer, Link>();
  /** With whom it parted after an offence: no tracker introduces them again. */
  readonly parted = new Set<Viewer>();
  node!: SwarmNode;
  script: AttackScript | undefined;
  /** Bytes that came, from peers and the origin. */
  taken = 0;
  fromOrigin = 0;
  needed = 0;
  inTime = 0;
  /** Segments that it played though they are not what was signed. */
  playedBad = 0;
  neededBytes = 0;
  /** Of what it took, the origin's, when each segment came. */
  readonly fromOriginBefore: number[] = [];
  readonly wholeAfter: number[] = [];

  constructor(
    readonly id: number,
    readonly self: LinkSelf,
    readonly line: Line,
    readonly device: Device,
    readonly isAttacker: boolean,
  ) {}

  /** Of what it needed of the last so many segments, what its neighbours gave, 0 to 1. */
  offloadOfLast(segments: number): number {
    const origin = this.fromOrigin - (this.fromOriginBefore.at(-segments) ?? 0);
    return Math.max(0, 1 - origin / ((this.neededBytes / this.needed) * segments));
  }
}
