import { Browser } from "./chromium.js";
import { LiveBroadcast, LiveServer } from "./liveServer.js";
import { Proxy } from "./proxy.js";

/** What a test of live playback begins with: the real server, a browser, a proxy between the two, and a broadcast that has begun. */
export class LiveStage {
  private constructor(
    readonly server: LiveServer,
    readonly proxy: Proxy,
    readonly browser: Browser,
    readonly broadcast: LiveBroadcast,
  ) {}

  /** @param environment The server's settings beside its own. */
  static async open(title: string, keyPeriodSeconds: number, environment: Record<string, string> = {}, keySignalling?: "in-band", size: "640x360" | "1280x720" = "640x360"): Promise<LiveStage> {
    const [server, browser] = await Promise.all([LiveServer.start(environment), Browser.open()]);
    const proxy = await Proxy.start(server.url);
    const broadcast = await LiveBroadcast.create(server, "cbcs", title, keyPeriodSeconds, keySignalling);
    broadcast.publish({ size });
    await broadcast.untilSegments(5);
    return new LiveStage(server, proxy, browser, broadcast);
  }

  /** Closes all pages but the first. */
  async clear(): Promise<void> {
    await Promise.all(this.browser.context.pages().slice(1).map((page) => page.close()));
  }

  async close(): Promise<void> {
    await this.broadcast.stopPublishing();
    await this.browser.close();
    await this.proxy.stop();
    await this.server.stop();
  }
}
