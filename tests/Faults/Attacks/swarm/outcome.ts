import type { Swarm } from "./swarm.js";
import type { Viewer } from "./viewer.js";

/** How honest viewers fared in a run. */
export interface Outcome {
  /** Of the segments that they played, those that were whole and true by their time, 0 to 1. */
  readonly inTime: number;
  readonly playedBad: number;
  /** Of what they took and needed, what came from neighbours, 0 to 1. */
  readonly offload: number;
  /** All bytes that came to them, for each that they needed. */
  readonly taken: number;
  /** From a deed until who suffered it had done with its doer, ms. */
  readonly foundMs: { readonly median: number; readonly most: number } | undefined;
  /** Of those who were wronged, those who found out within a minute (or half of a run that is short), 0 to 1. */
  readonly found: number;
  /** Keys that were convicted by a proof; and honest ones. */
  readonly convicted: number;
  readonly falselyConvicted: number;
  readonly cuts: number;
  readonly falselyCut: number;
  /** Of the links between honest viewers, those left for giving nothing, 0 to 1. */
  readonly falselyLeft: number;
  readonly why: string;
}

export function outcomeOf(swarm: Swarm, whose: readonly Viewer[] = swarm.honest): Outcome {
  const sum = (of: (viewer: Viewer) => number) => whose.reduce((all, viewer) => all + of(viewer), 0);
  const { findings, time, shape } = swarm;
  const { foundAfter, cuts, falselyCut, why } = findings;
  const sorted = [...foundAfter].sort((a, b) => a - b);
  const needed = sum((viewer) => viewer.neededBytes);
  return {
    inTime: sum((viewer) => viewer.inTime) / sum((viewer) => viewer.needed), playedBad: sum((viewer) => viewer.playedBad),
    offload: Math.max(0, 1 - sum((viewer) => viewer.fromOrigin) / needed), taken: sum((viewer) => viewer.taken) / needed,
    foundMs: sorted.length > 0 ? { median: sorted[Math.floor(sorted.length / 2)] ?? 0, most: sorted.at(-1) ?? 0 } : undefined,
    found: findings.within(shape.seconds > 70 ? 60_000 : 500 * shape.seconds, time.now), convicted: findings.convicted.size, falselyConvicted: [...findings.convicted.keys()].filter(({ isAttacker }) => !isAttacker).length, cuts, falselyCut, falselyLeft: findings.falselyLeft / Math.max(1, findings.honestLinks), why: [...why].map(([name, count]) => `${name} ${count}`).join(", "),
  };
}

/** What several rooms came to, as if they were one: shares are means, and of numbers there are as many as there were in all. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
  const mean = (of: (outcome: Outcome) => number) => sum(of) / outcomes.length;
  const found = outcomes.flatMap(({ foundMs }) => foundMs ?? []);
  return {
    inTime: mean(({ inTime }) => inTime), playedBad: sum(({ playedBad }) => playedBad), offload: mean(({ offload }) => offload), taken: mean(({ taken }) => taken),
    foundMs: found.length > 0 ? { median: found.reduce((all, { median }) => all + median, 0) / found.length, most: Math.max(...found.map(({ most }) => most)) } : undefined,
    found: mean((outcome) => outcome.found), convicted: sum(({ convicted }) => convicted), falselyConvicted: sum(({ falselyConvicted }) => falselyConvicted), cuts: sum(({ cuts }) => cuts),
    falselyCut: sum(({ falselyCut }) => falselyCut), falselyLeft: mean(({ falselyLeft }) => falselyLeft), why: outcomes.length === 1 ? (outcomes[0]?.why ?? "") : `${outcomes.length} rooms`,
  };
}
