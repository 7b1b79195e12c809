import { LiveBroadcast, type LiveServer } from "./liveServer.js";
import { until } from "./until.js";

/** A real server's log of some nights, and who may search it. */
export interface NightsLog {
  /** An auditor's token. */
  auditor: string;
  /** Past 256, so that a path leads over tiles of two levels. */
  size: number;
  /** A stream of two entries. */
  stream: string;
  /** A stream of three. */
  broadcast: string;
}

/** Six nights of fifty guests each, one of whom is turned away; and a night that is three entries. */
export async function writeNights(server: LiveServer): Promise<NightsLog> {
  const admit = (role: string) => server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, { subject: `tampering-${role}`, role, lifetimeSeconds: 3600 });
  const auditor = (await admit("auditor")).token;
  const { token } = await admit("broadcaster");
  let stream = "";
  for (let i = 0; i < 6; i++) {
    const { id } = await server.ask<{ id: string }>("POST", "/v1/broadcasts", token, { title: `Night ${i}`, scheme: "cbcs" });
    const granted = await Promise.all(Array.from({ length: 50 }, (_, k) => server.ask<{ id: string }>("POST", `/v1/broadcasts/${id}/entitlements`, token, { viewer: `guest-${k}` })));
    stream = `entitlement/${granted[0]?.id}`;
    await server.ask("DELETE", `/v1/broadcasts/${id}/entitlements/${granted[0]?.id}`, token);
  }
  const broadcast = `broadcast/${(await LiveBroadcast.create(server, "cbcs", "Night of three entries")).id}`;
  const size = await until("all of it published", 10, async () => {
    const status = await server.ask<{ size: number; pending: number }>("GET", "/v1/ledger/status", auditor);
    // And one of the platform's own: by which formula standing is counted.
    return status.pending === 0 && status.size === 6 * 52 + 3 + 1 ? status.size : undefined;
  });
  return { auditor, size, stream, broadcast };
}
