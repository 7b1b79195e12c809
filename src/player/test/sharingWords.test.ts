import { describe, expect, it } from "vitest";
import { describeFlows, type Flow } from "../src/page/neighbourGraph.js";
import { describeConsent, describeSharing } from "../src/page/sharingWords.js";
import type { Restraint } from "../src/swarm/manners.js";
import type { Neighbour } from "../src/swarm/neighbourhood.js";

const neighbour: Neighbour = { peer: "a", offers: true, role: "viewer", near: "lan", isUp: true, taken: 0, given: 0, rtt: 3.4 };
const relay: Neighbour = { ...neighbour, peer: "r", role: "relay", near: "far", origin: "https://relay.example", rtt: undefined };
const joined: NonNullable<Parameters<typeof describeSharing>[1]> = {
  state: "joined", refusal: undefined, trackerRefusal: undefined, neighbours: [neighbour], viewers: 5, minViewers: 3, sharing: "optional", isPrivate: false, isBroadcastPrivate: false,
};

describe("the panel says", () => {
  it("why nothing is sent, for each reason, beside how it is linked", () => {
    const texts = (["cellular", "save-data", "battery", "hidden-and-hot", "busy"] as Restraint[]).map((restraint) => describeSharing("on", joined, restraint));
    for (const text of texts) expect(text).toMatch(/^On, with one neighbour\. Nothing is sent to others for now, because .+\. It goes on by itself\.$/);
    expect(new Set(texts).size).toBe(5);
    expect(describeSharing("on", joined)).toBe("On, with one neighbour.");
    // Nobody waits for anything before there is a swarm, or without consent.
    expect(describeSharing("on", undefined, "cellular")).not.toContain("Nothing is sent");
    expect(describeSharing("declined", undefined, "cellular")).not.toContain("Nothing is sent");
  });

  it("that relays alone know of this page, whether there are any or not", () => {
    expect(describeSharing("on", { ...joined, isPrivate: true, neighbours: [relay] })).toBe("On, through relays alone, with one relay. No other viewer learns your address, and you send to none.");
    expect(describeSharing("on", { ...joined, isPrivate: true, neighbours: [] })).toContain("there is none to be reached now: everything comes from the server");
  });

  it("that a broadcast is private, and does not call it the ticket’s or the viewer’s doing", () => {
    const hidden = { ...joined, sharing: "forbidden", isBroadcastPrivate: true, neighbours: [relay] } as const;
    expect(describeSharing("on", hidden)).toBe("This broadcast is private: no viewer learns another’s address, and nobody sends to others. Relays may still serve you: one relay now.");
    expect(describeSharing("on", { ...hidden, isPrivate: true, neighbours: [] })).toMatch(/^This broadcast is private: .+ Relays may still serve you\.$/);
    expect(describeSharing("on", { ...hidden, isBroadcastPrivate: false })).toMatch(/^This ticket does not allow sharing/);
    expect(describeConsent("forbidden", true)).toMatch(/^This broadcast is private\. Turned on, parts come from relays alone\./);
    // Where nothing is sent and no address is learned, the costs of sharing are not held out.
    for (const text of [describeConsent("forbidden", true), describeConsent("forbidden")]) expect(text).not.toContain("Uses your upload");
  });

  it("what a ticket asks for, and that a browser which cannot is not to blame", () => {
    expect(describeConsent("required")).toContain("turned off, the broadcast stops");
    expect(describeConsent("optional")).toContain("turn it off at any time");
    expect(describeSharing("unsupported", undefined, undefined, "required")).toContain("plays all the same");
    expect(describeSharing("unsupported", undefined)).not.toContain("ticket");
  });

  it("in words what the drawing of neighbours shows", () => {
    const flows: Flow[] = [{ neighbour, taken: 1_234_567, given: 0 }, { neighbour: relay, taken: 900, given: 45_000 }];
    expect(describeFlows(flows)).toBe("Viewer in the same network, 3 ms away: 1.2 MB in, 0 B out. Relay elsewhere: 900 B in, 45 kB out.");
    expect(describeFlows([])).toBe("No neighbours yet.");
  });
});
