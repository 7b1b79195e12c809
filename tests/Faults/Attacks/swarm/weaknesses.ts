import { usualSettings } from "../../../../src/player/src/swarm/chunkScheduler.js";
import { linkBudget } from "../../../../src/player/src/swarm/linkSession.js";
import { readRecord } from "./broadcaster.js";
import type { SwarmShape } from "./swarm.js";
import { switches } from "./switches.js";

/** A defence that viewers lack in a control run, to see that it is what helps. */
export interface Weakness {
  readonly name: string;
  readonly shape?: Partial<SwarmShape>;
  readonly settings?: Partial<typeof usualSettings>;
  readonly budget?: Partial<typeof linkBudget>;
  readonly off?: keyof typeof switches;
}

export const withoutHashing: Weakness = {
  name: "passes on what it did not hash",
  off: "hashes",
  shape: {
    readRecord: async (file, segment, broadcaster) => {
      const facts = await readRecord(file, segment, broadcaster);
      return facts && { ...facts, leaves: new Uint8Array(facts.leaves.length) };
    },
  },
};

/** Each meets each liar itself. */
export const withoutProofs: Weakness = { name: "keeps no proofs", off: "proves" };

/** Whoever accuses is right. */
export const withoutChecks: Weakness = { name: "believes who accuses", off: "checksProofs" };

/** Everybody is served, whatever comes back. */
export const withoutReceipts: Weakness = { name: "asks for no receipts", off: "wantsReceipts" };

/** What differs from one's own record is a lie. */
export const withoutAsking: Weakness = { name: "does not compare records", off: "comparesRecords" };

const [always, never] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** It asks neither another nor the origin meanwhile. */
export const withoutGivingUp: Weakness = { name: "waits for whom it has asked", settings: { silenceMs: never, marginMs: always } };

/** As long as anything comes of a request it lives. */
export const withoutPace: Weakness = { name: "waits as long as anything comes", settings: { crawlMs: never, marginMs: always } };

/** It listens to whatever comes. */
export const withoutBudget: Weakness = { name: "listens to whatever comes", budget: { burst: never, perSecond: never, talkBurst: never, talkPerSecond: never } };

/** It asks again and again. */
export const withoutLeaving: Weakness = { name: "keeps who gives nothing", settings: { idleMs: never } };

/** Runs something with viewers that lack a defence. */
export async function lacking<T>(weakness: Weakness | undefined, run: (shape: Partial<SwarmShape>) => Promise<T>): Promise<T> {
  const [settings, budget] = [{ ...usualSettings }, { ...linkBudget }];
  if (weakness?.off) switches[weakness.off] = false;
  Object.assign(usualSettings, weakness?.settings ?? {});
  Object.assign(linkBudget, weakness?.budget ?? {});
  try {
    return await run(weakness?.shape ?? {});
  } finally {
    if (weakness?.off) switches[weakness.off] = true;
    Object.assign(usualSettings, settings);
    Object.assign(linkBudget, budget);
  }
}
