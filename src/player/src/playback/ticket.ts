/** Whether the viewer passes the media on to others, by the ticket and the broadcast. */
export type SharingRule = "optional" | "required" | "forbidden";

/** What a ticket asks of its viewer's player. */
export interface Ticket {
  readonly sharing: SharingRule;
  /** The broadcast is private: no viewer learns of another, whatever the ticket says. */
  readonly isBroadcastPrivate: boolean;
}

const withinMs = 5_000;

/** Asks for the terms of a ticket before anything is played by it. Undefined where nobody can say now: an admission says it later. */
export async function readTicket(token: string, signal: AbortSignal): Promise<Ticket | undefined> {
  try {
    const response = await fetch("/v1/ticket", { headers: { Authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store", signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]) });
    if (!response.ok) return undefined;
    const { peerSharing: sharing, peers } = (await response.json()) as { peerSharing?: unknown; peers?: unknown };
    return sharing === "optional" || sharing === "required" || sharing === "forbidden" ? { sharing, isBroadcastPrivate: peers === "relays" } : undefined;
  } catch {
    return undefined;
  }
}
