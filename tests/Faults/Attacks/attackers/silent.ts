import type { Attack } from "../swarm/attack.js";
import { claims } from "./announcing.js";
import type { Viewer } from "../swarm/viewer.js";
import type { Swarm } from "../swarm/swarm.js";

/** Claims everything and answers nothing. */
export const drops: Attack = (self, swarm) => ({ ...silentTo(self, swarm, () => true, true), sealed: (published) => claims(self, swarm, published) });

/** As {@link drops}, where only to be left counts as found out: a pause does not. */
export const takesOnly: Attack = (self, swarm) => ({ ...silentTo(self, swarm, () => true, false), sealed: (published) => claims(self, swarm, published) });

/** Serves everybody but some. */
export const dropsFor = (victims: (viewer: Viewer) => boolean): Attack => (self, swarm) => silentTo(self, swarm, victims, true);

/** Sends a chunk of each request just before it would be given up, and then the next. */
export const trickles = (everyMs: number): Attack => (self, swarm) => {
  const last = new Map<string, number>();
  return {
    sealed: (published) => claims(self, swarm, published),
    says: (message, to) => {
      if (message.type !== "chunks") return undefined;
      swarm.findings.did(self, to, swarm.time.now);
      return message.chunks.map((chunk, n) => {
        const request = `${to.id}/${message.request}`;
        const at = Math.max(last.get(request) ?? 0, swarm.time.now) + everyMs;
        last.set(request, at);
        return { message: { ...message, first: message.first + n, chunks: [chunk], statements: message.statements.slice(n, n + 1) }, afterMs: at - swarm.time.now };
      });
    },
    // A request that is cancelled was found out.
    hears: (message, from) => {
      if (message.type === "cancel") swarm.findings.gaveUp(from, self, swarm.time.now);
      return message.type === "cancel";
    },
  };
};

function silentTo(self: Viewer, swarm: Swarm, victims: (viewer: Viewer) => boolean, pauses: boolean) {
  return {
    says: (message: { readonly type: string }, to: Viewer) => (message.type === "chunks" && victims(to) ? [] : undefined),
    hears: (message: { readonly type: string }, from: Viewer) => {
      if (!victims(from)) return false;
      if (message.type === "want") swarm.findings.did(self, from, swarm.time.now);
      if (message.type === "cancel" && pauses) swarm.findings.gaveUp(from, self, swarm.time.now);
      return message.type === "want";
    },
  };
}
