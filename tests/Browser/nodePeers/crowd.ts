import { fromBase64Url } from "../../../src/player/src/verify/base64Url.js";
import type { Bytes } from "../../../src/player/src/verify/bytes.js";
import type { LiveBroadcast } from "../support/liveServer.js";
import { sleep } from "../support/until.js";
import { NodePeer, type NodePeerSettings } from "./nodePeer.js";

/** What peers had of the stream in a time, all together, and where from. */
export interface Had {
  readonly bytes: number;
  readonly peers: number;
  readonly relays: number;
  readonly origin: number;
  readonly badChunks: number;
  /** Milliseconds of each stall; one that goes on still is among them. */
  readonly stalls: number[];
}

/** Opens viewers over as many seconds, each with a right of its own; `server` is where they reach it. */
export async function openCrowd(server: string, broadcast: LiveBroadcast, count: number, seconds = 0, own: (n: number) => Partial<NodePeerSettings> = () => ({})): Promise<NodePeer[]> {
  const identity = fromBase64Url(broadcast.identity.text) as Bytes;
  const tickets = await Promise.all(Array.from({ length: count }, () => broadcast.ticket()));
  const begun = performance.now();
  const peers: NodePeer[] = [];
  for (const [n, ticket] of tickets.entries()) {
    await sleep(Math.max(0, begun + (1000 * seconds * n) / count - performance.now()));
    peers.push(NodePeer.open({ server, broadcast: broadcast.id, identity, ticket, ...own(n) }));
  }
  return peers;
}

export function hadSoFar(peers: readonly NodePeer[]): Had {
  const sum = (of: (peer: NodePeer) => number) => peers.reduce((all, peer) => all + of(peer), 0);
  const now = performance.now();
  return {
    bytes: sum(({ log }) => log.bytes), peers: sum(({ swarm }) => (swarm?.counts.peers ?? 0) - (swarm?.counts.relays ?? 0)), relays: sum(({ swarm }) => swarm?.counts.relays ?? 0),
    origin: sum(({ log, swarm }) => (swarm ? swarm.counts.origin + swarm.elsewhere : log.bytes)), badChunks: sum(({ swarm }) => swarm?.counts.badChunks ?? 0),
    stalls: peers.flatMap(({ playhead }) => [...playhead.stalls, ...(playhead.stands(now) >= 200 ? [Math.round(playhead.stands(now))] : [])]),
  };
}

/** Looks on for a while. */
export async function hadOver(peers: readonly NodePeer[], seconds: number): Promise<Had> {
  const before = hadSoFar(peers);
  await sleep(1000 * seconds);
  const now = hadSoFar(peers);
  const [bytes, fromPeers, relays, origin, badChunks] = (["bytes", "peers", "relays", "origin", "badChunks"] as const).map((name) => now[name] - before[name]) as [number, number, number, number, number];
  return { bytes, peers: fromPeers, relays, origin, badChunks, stalls: now.stalls.slice(before.stalls.length) };
}

export function offloadOf({ peers, relays, bytes }: Had): number {
  return (peers + relays) / Math.max(1, bytes);
}

export function shown(had: Had): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `${(100 * offloadOf(had)).toFixed(1)} % from others; ${mb(had.bytes)} MB played, ${mb(had.peers)} MB of peers, ${mb(had.relays)} MB of relays, ${mb(had.origin)} MB of the origin, ${had.badChunks} bad chunks, stalls ${JSON.stringify(had.stalls)}`;
}

export function percentile(values: readonly number[], percent: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * percent) / 100))] ?? 0;
}
