import type { Browser } from "playwright-core";
import { openForMany } from "./chromium.js";
import { LiveBroadcast, LiveServer } from "./liveServer.js";

/** What a test of many viewers begins with: the real server, a broadcast that has begun, and a browser in which each viewer gets a context. */
export class SwarmStage {
  private constructor(
    readonly server: LiveServer,
    readonly broadcast: LiveBroadcast,
    readonly browser: Browser,
  ) {}

  /** @param picture How the broadcast is encoded, where that matters. */
  static async open(title: string, picture: Parameters<LiveBroadcast["publish"]>[0] = {}): Promise<SwarmStage> {
    const [server, browser] = await Promise.all([LiveServer.start(), openForMany()]);
    const broadcast = await LiveBroadcast.create(server, "cbcs", title, 30);
    broadcast.publish(picture);
    await broadcast.untilSegments(5);
    return new SwarmStage(server, broadcast, browser);
  }

  /** Every viewer leaves. */
  async clear(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.broadcast.stopPublishing();
    await this.server.stop();
  }
}
