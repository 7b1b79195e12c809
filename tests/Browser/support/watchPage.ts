import type { Page } from "playwright-core";
import { until } from "./until.js";

/** What `window.liveledger` says. */
export interface Stats {
  state: string;
  verified: number;
  bytes: number;
  failures: { code: string; chunk?: number; track: string; sequence: number }[];
  skipped: number;
  appended: string[];
  identity: string;
  trust?: string;
  playing: boolean;
  latency?: number;
  renewals: { renewed: number; unanswered: number };
  earlyKeys: { fetched: number; used: number };
  levels: { height: number; bitrate: number }[];
  bandwidth?: number;
  /** Why nothing is sent to others for now. */
  restraint?: string;
  /** Nothing without consent. */
  swarm?: SwarmStats;
}

export interface SwarmStats {
  state: string;
  refusal?: string;
  trackerRefusal?: string;
  viewers: number;
  /** Bytes from the origin past the swarm. */
  elsewhere: number;
  counts: { origin: number; peers: number; relays: number; goodChunks: number; badChunks: number; sent: number; requests: number };
  neighbours: { peer: string; role: string; near: string; isUp: boolean; taken: number; given: number; rtt?: number }[];
  /** With relays alone. */
  isPrivate: boolean;
  /** Bits a second that are sent at most. */
  uploadBound?: number;
  lost: { role: string; near: string; why: string }[];
}

/** What the video element says, which no script of ours has a hand in. */
export interface Decoded {
  time: number;
  paused: boolean;
  muted: boolean;
  frames: number;
  audioBytes: number;
  ended: boolean;
}

export function statsOf(page: Page): Promise<Stats> {
  return page.evaluate(() => ({ ...(window as unknown as { liveledger: Stats }).liveledger }));
}

export function decodedBy(page: Page): Promise<Decoded> {
  return page.evaluate(() => {
    const video = document.querySelector("video") as HTMLVideoElement & { webkitAudioDecodedByteCount: number };
    return {
      time: video.currentTime,
      paused: video.paused,
      muted: video.muted,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      audioBytes: video.webkitAudioDecodedByteCount,
      ended: video.ended,
    };
  });
}

export async function untilState(page: Page, state: string, seconds = 15): Promise<Stats> {
  try {
    return await until(`state ${state}`, seconds, async () => {
      const stats = await statsOf(page);
      return stats.state === state ? stats : undefined;
    });
  } catch (error) {
    const { state: now, failures, skipped, appended } = await statsOf(page);
    throw new Error(`${String(error)}; ${JSON.stringify({ state: now, failures, skipped, appended: appended.slice(-8), ...(await decodedBy(page)) })}; ${await coverText(page)}`);
  }
}

/** Waits until pictures and sound are being decoded. */
export async function untilPlaying(page: Page, seconds = 20): Promise<void> {
  const before = await decodedBy(page);
  await until("pictures and sound decoded", seconds, async () => {
    const now = await decodedBy(page);
    return now.time > before.time + 0.5 && now.frames > before.frames + 5 && now.audioBytes > before.audioBytes;
  });
}

/** The text that covers the picture; empty where it shows. */
export function coverText(page: Page): Promise<string> {
  return page.evaluate(() => (document.querySelector("#cover") as HTMLElement).innerText);
}
