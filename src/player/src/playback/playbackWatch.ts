import type { LicensedPlayback } from "./licensedPlayback.js";
import { pause } from "./signer.js";

/** Milliseconds between lines, and how long one is that held. */
const shortest = 2000;
const longest = 30_000;
const longLine = 10_000;

/** The longest event taken. Ours are under 200 characters. */
const maxEvent = 4096;

/** Why a playback is over, and the event that this decision is. */
export interface Ending {
  readonly code: string;
  readonly decision: string | null;
}

/**
 * Listens for word that the playback is over: a right that was withdrawn, a broadcast taken down, a place given to another playback. By fetch,
 * because an EventSource sends no Authorization. A line that breaks is opened again; heartbeats find out the same, only later.
 */
export async function watchPlayback(playback: LicensedPlayback, over: (ending: Ending) => void, signal: AbortSignal, chance: () => number = Math.random): Promise<void> {
  let wait = shortest / 2;
  while (!signal.aborted) {
    const began = Date.now();
    const ending = await listen(playback, signal).catch(() => undefined);
    if (ending && !signal.aborted) return over(ending);
    // A line that held was the network's or the server's end: soon. One that did not is let alone longer each time, each page by its own time.
    wait = Date.now() - began > longLine ? shortest : Math.min(longest, 2 * wait);
    await pause(wait * (0.5 + chance()), signal).catch(() => undefined);
  }
}

/** The one event that is told; undefined where the line ended without. */
async function listen(playback: LicensedPlayback, signal: AbortSignal): Promise<Ending | undefined> {
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
      const ending = endingOf(text.slice(0, end));
      if (ending) return ending;
      text = text.slice(end + 2);
    }
    if (text.length > maxEvent) throw new Error("an event without an end");
  }
}

/** What a server-sent event says; undefined for a comment or anything else. */
export function endingOf(event: string): Ending | undefined {
  const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
  try {
    const { code, decision } = JSON.parse(data) as { code?: unknown; decision?: unknown };
    return typeof code === "string" && /^[a-z-]{1,64}$/.test(code) ? { code, decision: typeof decision === "string" ? decision : null } : undefined;
  } catch {
    return undefined;
  }
}
