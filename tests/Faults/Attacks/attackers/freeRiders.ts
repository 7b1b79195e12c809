import type { Attack } from "../swarm/attack.js";
import { claims } from "./announcing.js";

/** Takes what it needs, claims everything, and is always too busy to send any of it; so long after it was asked. */
export const isAlwaysBusy = (afterMs = 0): Attack => (self, swarm) => ({
  sealed: (published) => claims(self, swarm, published),
  hears: (message, from) => {
    if (message.type !== "want") return false;
    swarm.findings.did(self, from, swarm.time.now);
    const { request } = message;
    swarm.time.after(afterMs, () => swarm.say(self, from, { type: "no", request, reason: 2 }));
    return true;
  },
});

/** Takes from its neighbours, and signs for nothing of it. */
export const signsNothing: Attack = () => ({ says: (message) => (message.type === "receipt" ? [] : undefined) });
