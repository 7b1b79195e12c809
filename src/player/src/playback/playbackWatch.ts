import type { LicensedPlayback } from "./licensedPlayback.js";
import { pause } from "./signer.js";

/** Milliseconds between lines, and how long one is that held. */
const shortest = 2000;
const longest = 30_000;
const longLine = 10_000;

/** The longest event taken. Ours are under 100 characters. */
const maxEvent = 4096;

/**
 * Listens for word that the playback is over: a right that was withdrawn, a broadcast taken down, a place given to another playback. By fetch,
 * because an EventSource sends no Authorization. A line that breaks is opened again; heartbeats find out the same, only later.
 */
export async function watchPlayback(playback: LicensedPlayback, over: (code: string) => void, signal: AbortSignal): Promise<void> {
  let wait = shortest / 2;
  while (!signal.aborted) {
    const began = Date.now();
    const code = await listen(playback, signal).catch(() => undefined);
    if (code && !signal.aborted) return over(code);
    // A line that held was the network's or the server's end: soon. One that did not is let alone longer each time, each page by its own time.
    wait = Date.now() - began > longLine ? shortest : Math.min(longest, 2 * wait);
    await pause(wait * (0.5 + Math.random()), signal).catch(() => undefined);
  }
}

/** The code of the one event that is told; undefined where the line ended without. */
async function listen(playback: LicensedPlayback, signal: AbortSignal): Promise<string | undefined> {
  if (!playback.id) return undefined;
  const response = await fetch(`/v1/playbacks/${playback.id}/events`, { headers: playback.headers, credentials: "omit", cache: "no-store", signal });
  if (!response.ok || !response.body) return undefined;
  let text = "";
  const decoder = new TextDecoder();
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const code = codeOf(text.slice(0, end));
      if (code) return code;
      text = text.slice(end + 2);
    }
    if (text.length > maxEvent) throw new Error("an event without an end");
  }
}

/** The code in a server-sent event; undefined for a comment or anything else. */
export function codeOf(event: string): string | undefined {
  const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
  try {
    const { code } = JSON.parse(data) as { code?: unknown };
    return typeof code === "string" && /^[a-z-]{1,64}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
