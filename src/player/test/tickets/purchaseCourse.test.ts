import { describe, expect, it } from "vitest";
import type { Hash } from "../../src/tickets/chainValues.js";
import { followCourse, type Progress, progressOf, RevertedError } from "../../src/tickets/purchaseCourse.js";
import type { Mined } from "../../src/tickets/wallet.js";

const hash = `0x${"77".repeat(32)}` as Hash;
const good = { block: 10n, succeeded: true };
const bad = { block: 10n, succeeded: false };

/** What a wallet's node says at each look; past the last, the last again. A text is a node that is away. */
type Look = readonly [mined: Mined | undefined | "away", head: bigint, seen?: boolean];

async function follow(looks: readonly Look[], needed = 3): Promise<{ told: string[]; end: string }> {
  const told: string[] = [];
  let at = 0;
  const now = (): Look => looks[Math.min(at, looks.length - 1)] as Look;
  const wallet = { mined: () => (now()[0] === "away" ? Promise.reject(new Error("away")) : Promise.resolve(now()[0] as Mined | undefined)), head: () => Promise.resolve(now()[1]) };
  const say = (progress: Progress): void => void told.push(progress.kind === "in-block" ? `${progress.depth}/${progress.needed}` : progress.kind);
  const wait = (): Promise<void> => (++at > 20 ? Promise.reject(new Error("waits on")) : Promise.resolve());
  const end = await followCourse(hash, wallet, needed, say, () => Promise.resolve(now()[2] ?? false), wait).then(() => "seen", (error: unknown) => (error instanceof RevertedError ? "reverted" : (error as Error).message));
  return { told: told.filter((text, i) => text !== told[i - 1]), end };
}

describe("The course of a transaction", () => {
  it("counts its own block as the first confirmation", () => {
    expect(progressOf(hash, undefined, 10n, 3)).toEqual({ kind: "sent", hash });
    expect(progressOf(hash, good, 10n, 3)).toEqual({ kind: "in-block", hash, block: 10n, depth: 1, needed: 3 });
    expect(progressOf(hash, good, 11n, 3)).toMatchObject({ depth: 2 });
    expect(progressOf(hash, good, 12n, 3)).toEqual({ kind: "confirmed", hash });
    expect(progressOf(hash, good, 10n, 1)).toEqual({ kind: "confirmed", hash });
    // A node whose head lags behind its receipts.
    expect(progressOf(hash, good, 8n, 3)).toMatchObject({ depth: 1 });
    expect(progressOf(hash, bad, 12n, 3)).toEqual({ kind: "reverted", hash });
  });

  it("is told from sending to where the platform has seen it", async () => {
    expect(await follow([[undefined, 9n], [good, 10n], [good, 11n], [good, 12n], [good, 13n, true]])).toEqual({ told: ["sent", "1/3", "2/3", "confirmed"], end: "seen" });
  });

  it("goes back with a block that the chain takes back", async () => {
    expect(await follow([[good, 11n], [undefined, 11n], [{ ...good, block: 12n }, 12n], [good, 14n, true]])).toEqual({ told: ["sent", "2/3", "sent", "1/3"], end: "seen" });
  });

  it("ends by what the platform sees, though the node is away or knows another hash", async () => {
    expect(await follow([["away", 0n], ["away", 0n], ["away", 0n, true]])).toEqual({ told: ["sent"], end: "seen" });
    expect(await follow([[undefined, 9n], [undefined, 30n, true]])).toEqual({ told: ["sent"], end: "seen" });
  });

  it("ends by a revert only when that is as deep as a success would have to be", async () => {
    expect(await follow([[bad, 10n], [bad, 11n], [bad, 12n]])).toEqual({ told: ["sent", "reverted"], end: "reverted" });
    expect(await follow([[bad, 10n], [good, 11n], [good, 13n, true]])).toEqual({ told: ["sent", "reverted", "2/3"], end: "seen" });
  });

  it("waits on where nothing ends it", async () => {
    expect((await follow([[good, 50n]])).end).toBe("waits on");
  });
});
