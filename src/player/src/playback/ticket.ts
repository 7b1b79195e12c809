/** What the viewer's ticket says of passing the media on to others. */
export type SharingRule = "optional" | "required" | "forbidden";

const withinMs = 5_000;

/** Asks for the terms of a ticket before anything is played by it. Undefined where nobody can say now: an admission says it later. */
export async function readSharingRule(token: string, signal: AbortSignal): Promise<SharingRule | undefined> {
  try {
    const response = await fetch("/v1/ticket", { headers: { Authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store", signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]) });
    if (!response.ok) return undefined;
    const { peerSharing } = (await response.json()) as { peerSharing?: unknown };
    return peerSharing === "optional" || peerSharing === "required" || peerSharing === "forbidden" ? peerSharing : undefined;
  } catch {
    return undefined;
  }
}
