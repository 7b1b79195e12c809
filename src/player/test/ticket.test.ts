import { afterEach, describe, expect, it, vi } from "vitest";
import { readTicket } from "../src/playback/ticket.js";

const never = new AbortController().signal;
const answering = (body: unknown, status = 200) => vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(body), { status })));

afterEach(() => vi.unstubAllGlobals());

describe("a ticket", () => {
  it("says what is asked of the viewer, and whether the broadcast is private", async () => {
    for (const sharing of ["optional", "required", "forbidden"] as const) {
      answering({ peerSharing: sharing, peers: "viewers" });
      expect(await readTicket("token", never)).toEqual({ sharing, isBroadcastPrivate: false });
    }
    answering({ peerSharing: "forbidden", peers: "relays" });
    expect(await readTicket("token", never)).toEqual({ sharing: "forbidden", isBroadcastPrivate: true });
  });

  it("that cannot be read says nothing", async () => {
    answering({ code: "entitlement-unknown" }, 404);
    expect(await readTicket("token", never)).toBeUndefined();
    answering({ peerSharing: "sometimes" });
    expect(await readTicket("token", never)).toBeUndefined();
  });
});
