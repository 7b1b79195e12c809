// Watches a broadcast in headless Chromium and prints one JSON object with what the page and the video element say.
//   LIVELEDGER_WATCH_URL     the Watch page with its token; not an argument, which others could see
//   LIVELEDGER_CHROMIUM      the browser
//   arguments                seconds of playing to wait for, a limit in seconds, a file for a picture of the video
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [seconds, limit] = process.argv.slice(2, 4).map(Number);
const picture = process.argv[4];
const profile = mkdtempSync(join(tmpdir(), "liveledger-watcher-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.LIVELEDGER_CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  viewport: { width: 1280, height: 800 },
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required",
  ],
});
process.once("SIGTERM", () => void context.close());

let last;
try {
  const page = context.pages()[0] ?? (await context.newPage());
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error).slice(0, 500)));
  await page.goto(process.env.LIVELEDGER_WATCH_URL, { waitUntil: "domcontentloaded", timeout: 20_000 });
  const end = Date.now() + 1000 * limit;
  let first;
  do {
    await new Promise((resolve) => setTimeout(resolve, 500));
    last = await look(page);
    if (first === undefined && last.frames > 0) first = last.time;
    last.played = first === undefined ? 0 : last.time - first;
  } while (last.played < seconds && Date.now() < end && !last.stopped);
  last.errors = errors;
  if (picture && last.frames > 0) {
    await page.locator("video").screenshot({ path: picture });
    last.picture = picture;
  }
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
console.log(JSON.stringify(last));

function look(page) {
  return page.evaluate(() => {
    const video = document.querySelector("video");
    const page = window.liveledger;
    const quality = video?.getVideoPlaybackQuality();
    const waiting = ["loading", "waiting", "busy", "interrupted", "live", "recording"];
    return {
      time: video?.currentTime ?? 0,
      frames: quality?.totalVideoFrames ?? 0,
      dropped: quality?.droppedVideoFrames ?? 0,
      audioBytes: video?.webkitAudioDecodedByteCount ?? 0,
      state: page?.state ?? "no-page",
      stopped: page !== undefined && !waiting.includes(page.state),
      verified: page?.verified ?? 0,
      failures: page?.failures ?? [],
      appended: page?.appended?.length ?? 0,
      identity: page?.identity ?? null,
    };
  });
}
