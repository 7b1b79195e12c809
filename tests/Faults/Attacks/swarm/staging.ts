import { expect, it } from "vitest";
import { calm, keepRow } from "../table/rows.js";
import type { Attack } from "./attack.js";
import { type Broadcaster, newBroadcaster } from "./broadcaster.js";
import { type Outcome, outcomeOf, together } from "./outcome.js";
import { people } from "./people.js";
import { makeSteady } from "./steadyCrypto.js";
import { Swarm, type SwarmShape } from "./swarm.js";
import type { Viewer } from "./viewer.js";
import { lacking, type Weakness } from "./weaknesses.js";

const viewers = 60;
/** The long form: other seeds, and for longer. */
const seed = Number(process.env["LIVELEDGER_ATTACK_SEED"] ?? 3);
const longer = Number(process.env["LIVELEDGER_ATTACK_LONGER"] ?? 1);

makeSteady(1);
const broadcasters = new Map<number, Promise<Broadcaster>>();
const persons = await people(viewers, await broadcasterOf(16));
const usual: SwarmShape = { seed, viewers, attackers: 0.2, seconds: 30, chunks: 16, behindMs: 8000, originStreams: 40, links: 4, isMixed: true };

export interface Act {
  readonly attack: Attack;
  /** What defends against it. */
  readonly defence: Weakness;
  readonly shape?: Partial<SwarmShape>;
  /** What is otherwise in the run without the defence: as small a room as shows that it succeeds. */
  readonly control?: Partial<SwarmShape>;
  /** Rooms in which it is done, one after the other: figures are of all of them. Else one. */
  readonly seeds?: readonly number[];
  /** Whose figures are looked at: of all honest viewers, or of those that it is aimed at. */
  readonly aimedAt?: { readonly who: string; readonly is: (viewer: Viewer) => boolean };
  /** What is expected beside that nobody is late and nobody honest suffers. */
  readonly expected?: (outcome: Outcome, swarm: Swarm) => void;
  /** True if the attack came to what it was after. */
  readonly succeeds: (outcome: Outcome, swarm: Swarm) => boolean;
  readonly note?: (outcome: Outcome, swarm: Swarm) => string;
}

/** Long enough to see that an attack succeeds. */
const controlSeconds = 22;

function broadcasterOf(chunks: number): Promise<Broadcaster> {
  const broadcaster = broadcasters.get(chunks) ?? newBroadcaster(25 * longer, chunks);
  broadcasters.set(chunks, broadcaster);
  return broadcaster;
}

async function runOf(changes: Partial<SwarmShape>): Promise<Swarm> {
  const shape = { ...usual, ...changes, seconds: (changes.seconds ?? usual.seconds) * longer };
  const swarm = new Swarm(shape, await broadcasterOf(shape.chunks), persons);
  await swarm.run();
  return swarm;
}

function keepOutcome(attack: string, lacking: string | undefined, of: string, outcome: Outcome, note: string): void {
  keepRow({
    attack, lacking, of, inTime: outcome.inTime, fromNeighbours: outcome.offload, playedBad: outcome.playedBad, foundMs: outcome.foundMs, found: outcome.found, convicted: outcome.convicted, cutLocally: outcome.cuts,
    falselyConvicted: outcome.falselyConvicted, falselyCut: outcome.falselyCut, falselyLeft: outcome.falselyLeft, taken: outcome.taken, note,
  });
}

/** The same viewers, and nobody among them attacks: what comes to whom then is what attacks are compared with. */
export async function peace(): Promise<Outcome> {
  const outcome = outcomeOf(await runOf({}));
  keepOutcome(calm, undefined, "all", outcome, outcome.why);
  return outcome;
}

/** An attack on a swarm as it is, and on one that lacks a defence. */
export function act(name: string, { attack, defence, shape = {}, control, seeds = [seed], aimedAt, expected, succeeds, note }: Act): void {
  const whose = (swarm: Swarm) => (aimedAt ? swarm.honest.filter(aimedAt.is) : swarm.honest);
  const run = async (how: Partial<SwarmShape>, rooms = seeds) => {
    const swarms: Swarm[] = [];
    for (const one of rooms) swarms.push(await runOf({ ...shape, ...how, seed: one }));
    const [swarm] = swarms;
    if (!swarm) throw new Error("an attack without a room");
    return { swarm, outcome: together(swarms.map((each) => outcomeOf(each, whose(each)))) };
  };
  const keep = (outcome: Outcome, swarm: Swarm, without: string | undefined) => keepOutcome(name, without, aimedAt?.who ?? "all", outcome, note?.(outcome, swarm) ?? outcome.why);

  it(`${name}: nobody honest is late or suffers`, async () => {
    const { swarm, outcome } = await run({ attack });
    keep(outcome, swarm, undefined);
    expect(outcome.inTime).toBeGreaterThanOrEqual(0.95);
    expect(outcome).toMatchObject({ playedBad: 0, falselyConvicted: 0, falselyCut: 0 });
    expect(outcome.falselyLeft).toBeLessThanOrEqual(0.01);
    expected?.(outcome, swarm);
    expect(succeeds(outcome, swarm)).toBe(false);
  });

  it(`${name}: succeeds where a viewer ${defence.name}`, async () => {
    const { swarm, outcome } = await lacking(defence, (weak) => run({ attack, seconds: shape.seconds ?? controlSeconds, ...control, ...weak }, seeds.slice(0, 1)));
    keep(outcome, swarm, defence.name);
    expect(succeeds(outcome, swarm)).toBe(true);
  });
}
