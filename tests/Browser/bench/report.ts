import { writeFileSync } from "node:fs";
import type { Run } from "./side.js";

export interface Measure {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string | null;
  readonly pass: boolean;
}

export const info = (id: string, value: number, unit: string): Measure => ({ id, value, unit, goal: null, pass: true });
const atLeast = (id: string, value: number, unit: string, goal: number): Measure => ({ id, value, unit, goal: `>= ${goal.toFixed(3)}`, pass: value >= goal });
export const atMost = (id: string, value: number, unit: string, goal: number): Measure => ({ id, value, unit, goal: `<= ${Number(goal.toFixed(3))}`, pass: value <= goal });

/** What the runs of one number of pages come to. With N pages that hold one copy between them at most (N-1)/N can come from peers. */
export function measuresOf(pages: number, runs: readonly Run[]): Measure[] {
  const [ours, usual, tuned] = runs;
  if (!ours || !usual || !tuned) throw new Error(`not all sides were run with ${pages} pages`);
  const bound = (pages - 1) / pages;
  const of = (run: Run, name: string) => [
    info(`${pages}-${name}-whole`, run.whole, "of bytes"), info(`${pages}-${name}-second-half`, run.secondHalf, "of bytes"), info(`${pages}-${name}-stalls`, run.stalls.length, "stalls"),
    info(`${pages}-${name}-stalled`, run.stalls.reduce((sum, ms) => sum + ms, 0), "ms"), info(`${pages}-${name}-start`, run.start.middle, "ms"), info(`${pages}-${name}-latency`, run.latency, "s"),
  ];
  return [
    ...of(ours, "ours"), ...of(usual, "default"), ...of(tuned, "tuned"), info(`${pages}-bound`, bound, "of bytes"),
    atLeast(`${pages}-second-half`, ours.secondHalf, "of bytes", bound - 0.03),
    atLeast(`${pages}-whole`, ours.whole, "of bytes", tuned.whole + (bound - tuned.whole) / 3),
    atMost(`${pages}-stalls`, ours.stalls.length, "stalls", Math.min(usual.stalls.length, tuned.stalls.length)),
    atMost(`${pages}-start`, ours.start.middle, "ms", Math.min(usual.start.middle, tuned.start.middle)),
  ];
}

function tableOf(name: string, conditions: Readonly<Record<string, string>>, measures: readonly Measure[]): string {
  return [
    name,
    ...Object.entries(conditions).map(([name, text]) => `  ${name}: ${text}`),
    ...measures.map(({ id, value, unit, goal, pass }) => `  ${id.padEnd(34)} ${String(Number(value.toFixed(3))).padStart(12)} ${unit.padEnd(14)} ${goal === null ? "" : `${pass ? "ok" : "MISSED"} (${goal})`}`.trimEnd()),
  ].join("\n");
}

/** Says what came out: to where the launcher wants it, in the form that was asked for. */
export function print(name: string, conditions: Readonly<Record<string, string>>, measures: readonly Measure[]): void {
  const text = process.env["LIVELEDGER_BENCH_JSON"] ? JSON.stringify({ name, conditions, measures }, undefined, 2) : tableOf(name, conditions, measures);
  const output = process.env["LIVELEDGER_BENCH_OUTPUT"];
  if (output) writeFileSync(output, `${text}\n`);
  else console.log(text);
}
