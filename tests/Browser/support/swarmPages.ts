import type { Browser, Page } from "playwright-core";
import { onMachineOfItsOwn } from "./machine.js";
import { smoothnessOf, watchSmoothness } from "./smoothness.js";
import type { LiveBroadcast } from "./liveServer.js";
import { sleep, until } from "./until.js";
import { type Stats, statsOf, type SwarmStats, untilPlaying, untilState } from "./watchPage.js";

const longestStall = 200;
/** With as much there to be played, a picture that stands waits for a decoder or a key, and not for a segment: some more pages than two cores can decode do that. */
const enoughAhead = 0.25;

/** What one page had of the stream, and where from. */
export interface Share {
  /** All that it checked and played. */
  readonly bytes: number;
  readonly peers: number;
  readonly origin: number;
  readonly sent: number;
  readonly badChunks: number;
  /** Milliseconds of those that had nothing to play. */
  readonly stalls: number[];
  /** Of all others. */
  readonly slow: number[];
  readonly failures: number;
  readonly swarm: SwarmStats | undefined;
}

/** What is done with a page before it goes anywhere. */
export type Prepare = (page: Page) => Promise<unknown>;

/** The viewer has agreed to share, or has not, or with relays alone; and has a machine that has nothing else to do. */
export const shares = (sharing: "on" | "off", through: "viewers" | "relays" = "viewers"): Prepare => async (page) => {
  await onMachineOfItsOwn(page);
  await page.addInitScript(([value, isPrivate]) => {
    // Pages without storage, as about:blank, are none of ours. What the viewer says later is not said for them again.
    try {
      if (localStorage.getItem("liveledger.sharing") !== null) return;
      localStorage.setItem("liveledger.sharing", value as string);
      if (isPrivate) localStorage.setItem("liveledger.private", "on");
    } catch {}
  }, [sharing, through === "relays"]);
};

/** Opens pages of as many viewers, one after the other, and waits until each plays. */
export async function watchers(stage: { readonly server: { readonly url: string }; readonly broadcast: Pick<LiveBroadcast, "ticket" | "watchUrl"> }, browser: Browser, count: number, ...prepare: readonly Prepare[]): Promise<Page[]> {
  const pages: Page[] = [];
  for (let n = 0; n < count; n++) {
    const page = await (await browser.newContext({ viewport: { width: 640, height: 480 } })).newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    for (const step of prepare) await step(page);
    await page.goto(stage.broadcast.watchUrl(stage.server.url, await stage.broadcast.ticket()));
    try {
      await untilState(page, "live", 40);
      await untilPlaying(page, 40);
    } catch (error) {
      const { state, swarm, failures } = await statsOf(page);
      throw new Error(`${String(error)}: page ${n + 1}, ${JSON.stringify({ state, swarm, failures })}\n${said.slice(-20).join("\n")}`);
    }
    pages.push(page);
  }
  return pages;
}

/**
 * Makes a page that hangs, once it is armed, at the next request for chunks that comes to it: what it was asked for never comes, and it says so to nobody. `hangs` is called
 * then. A want has type 4 (docs/formats/peer-messages.md).
 */
export const hangingAtAWant = (hangs: () => void): Prepare => async (page) => {
  await page.exposeFunction("hangs", hangs);
  await page.addInitScript(() => {
    const armed = window as unknown as { isArmed?: boolean; hangs(): void };
    const create = RTCPeerConnection.prototype.createDataChannel;
    RTCPeerConnection.prototype.createDataChannel = function (this: RTCPeerConnection, ...given: Parameters<typeof create>) {
      const channel = create.apply(this, given);
      channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
        if (!armed.isArmed || !(data instanceof ArrayBuffer) || new Uint8Array(data)[0] !== 4) return;
        armed.isArmed = false;
        armed.hangs();
        for (const end = Date.now() + 30_000; Date.now() < end; );
      });
      return channel;
    };
  });
};

export function arm(page: Page): Promise<void> {
  return page.evaluate(() => void ((window as unknown as { isArmed: boolean }).isArmed = true));
}

/** Keeps a page's connections where {@link pathsOf} finds them; without STUN if so wished. */
export const observed = (stun: "with STUN" | "without STUN"): Prepare => (page) => page.addInitScript((without) => {
  const kept: RTCPeerConnection[] = [];
  Object.assign(window, {
    connections: kept,
    RTCPeerConnection: class extends RTCPeerConnection {
      constructor(settings: RTCConfiguration) {
        super(without ? { ...settings, iceServers: [] } : settings);
        kept.push(this);
      }
    },
  });
}, stun === "without STUN");

/** The addresses that a page's connections send to, as the browser says. */
export function pathsOf(page: Page): Promise<{ kind: string; address: string }[]> {
  return page.evaluate(async () => {
    const found: { kind: string; address: string }[] = [];
    for (const connection of (window as unknown as { connections: RTCPeerConnection[] }).connections) {
      const stats = await connection.getStats();
      stats.forEach((entry: { type: string; nominated?: boolean; state?: string; remoteCandidateId?: string }) => {
        if (entry.type !== "candidate-pair" || !entry.nominated || entry.state !== "succeeded") return;
        const { candidateType, address } = stats.get(entry.remoteCandidateId ?? "") as { candidateType: string; address: string };
        found.push({ kind: candidateType, address });
      });
    }
    return found;
  });
}

/** Waits until each page has so many neighbours. */
export async function untilLinked(pages: readonly Page[], least = 1, seconds = 40): Promise<void> {
  try {
    await until(`${least} neighbours for each page`, seconds, async () =>
      (await Promise.all(pages.map(statsOf))).every(({ swarm }) => (swarm?.neighbours.filter(({ isUp }) => isUp).length ?? 0) >= least));
  } catch (error) {
    throw new Error(`${String(error)}\n${JSON.stringify((await Promise.all(pages.map(statsOf))).map(({ swarm }) => swarm))}`);
  }
}

/** Looks on for a while: what each page got in that time, and where from. */
export async function sharesOver(pages: readonly Page[], seconds: number): Promise<Share[]> {
  await Promise.all(pages.map((page) => watchSmoothness(page, longestStall)));
  const before = await Promise.all(pages.map(statsOf));
  await sleep(1000 * seconds);
  return Promise.all(pages.map(async (page, n): Promise<Share> => {
    const [was, now, smooth] = [before[n], await statsOf(page), await smoothnessOf(page)];
    const [had, has] = [was?.swarm?.counts, now.swarm?.counts];
    const fromOrigin = ({ swarm }: Partial<Stats> = {}) => (swarm ? swarm.counts.origin + swarm.elsewhere : 0);
    return {
      bytes: now.bytes - (was?.bytes ?? 0), peers: (has?.peers ?? 0) - (had?.peers ?? 0), origin: fromOrigin(now) - fromOrigin(was), sent: (has?.sent ?? 0) - (had?.sent ?? 0), badChunks: has?.badChunks ?? 0,
      stalls: smooth.stalls.filter(({ ahead }) => ahead < enoughAhead).map(({ milliseconds }) => Math.round(milliseconds)),
      slow: smooth.stalls.filter(({ ahead }) => ahead >= enoughAhead).map(({ milliseconds }) => Math.round(milliseconds)), failures: now.failures.length, swarm: now.swarm,
    };
  }));
}

export function offloadOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { peers }) => sum + peers, 0) / Math.max(1, shares.reduce((sum, { bytes }) => sum + bytes, 0));
}

export function printShares(what: string, shares: readonly Share[]): void {
  console.log(`${what}: ${(100 * offloadOf(shares)).toFixed(1)} % from peers`);
  for (const { bytes, peers, origin, sent, stalls, slow, swarm } of shares) {
    console.log(`  ${bytes} B played, ${peers} B of peers, ${origin} B of the origin, ${sent} B sent, stalls ${JSON.stringify(stalls)}, with something to play ${JSON.stringify(slow)}, ${swarm?.neighbours.filter(({ isUp }) => isUp).length ?? 0} neighbours, lost ${JSON.stringify(swarm?.lost ?? [])}`);
  }
}
