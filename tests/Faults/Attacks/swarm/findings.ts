import type { Offence } from "../../../../src/player/src/swarm/actions.js";
import type { Viewer } from "./viewer.js";

/** What came out about whom, and how long after the deed. Only what honest viewers find counts. */
export class Findings {
  /** When an attacker first did to a viewer what it does. */
  readonly #deeds = new Map<Viewer, Map<Viewer, number>>();
  /** From an attacker's deed to a viewer until that viewer had done with it, in ms. */
  readonly #found = new Map<Viewer, Map<Viewer, number>>();
  /** Whom a proof has convicted, and how long after its first deed, in ms; and by how many it is known. */
  readonly convicted = new Map<Viewer, { readonly afterMs: number; readonly known: Set<Viewer> }>();
  /** Who knows that the publisher is false. */
  readonly alarms = new Set<Viewer>();
  /** From the segment until the first knew, in ms. */
  alarmAfter: number | undefined;
  /** Links that were cut for an offence. */
  cuts = 0;
  /** And those with honest viewers. */
  falselyCut = 0;
  /** Links between honest viewers, and those of them that one end left for giving nothing. */
  honestLinks = 0;
  falselyLeft = 0;
  readonly why = new Map<string, number>();

  /** An attacker does its deed to somebody. */
  did(attacker: Viewer, to: Viewer, now: number): void {
    const deeds = this.#deeds.get(attacker) ?? new Map<Viewer, number>();
    this.#deeds.set(attacker, deeds);
    if (!to.isAttacker && !deeds.has(to)) deeds.set(to, now);
  }

  cut(by: Viewer, of: Viewer, offence: Offence, now: number): void {
    if (by.isAttacker) return;
    if (of.isAttacker) this.cuts++;
    this.found(by, of, offence, now);
  }

  /** A viewer leaves another that gives nothing. */
  left(by: Viewer, of: Viewer, now: number): void {
    if (by.isAttacker) return;
    if (of.isAttacker) this.found(by, of, "left", now);
    else this.falselyLeft++;
  }

  convicts(by: Viewer, of: Viewer, now: number): void {
    const first = Math.min(now, ...(this.#deeds.get(of)?.values() ?? []));
    const known = this.convicted.get(of) ?? { afterMs: now - first, known: new Set<Viewer>() };
    this.convicted.set(of, known);
    known.known.add(by);
    this.found(by, of, "convicted", now);
  }

  /** A viewer leaves another alone for a while. */
  gaveUp(by: Viewer, of: Viewer, now: number): void {
    this.#note(by, of, now);
  }

  /** A viewer has done with another. */
  found(by: Viewer, of: Viewer, why: string, now: number): void {
    if (by.isAttacker) return;
    this.why.set(why, (this.why.get(why) ?? 0) + 1);
    if (!of.isAttacker) {
      this.falselyCut++;
      return;
    }
    this.#note(by, of, now);
  }

  #note(by: Viewer, of: Viewer, now: number): void {
    const since = this.#deeds.get(of)?.get(by);
    const found = this.#found.get(of) ?? new Map<Viewer, number>();
    this.#found.set(of, found);
    if (since !== undefined && !found.has(by)) found.set(by, now - since);
  }

  /** Of those who were wronged so long before the end, and had the time to find out, those who did in that time, 0 to 1. */
  within(ms: number, end: number): number {
    let [wronged, found] = [0, 0];
    for (const [of, deeds] of this.#deeds) {
      for (const [by, at] of deeds) {
        if (at > end - ms) continue;
        wronged++;
        const after = this.#found.get(of)?.get(by);
        if (after !== undefined && after <= ms) found++;
      }
    }
    return wronged === 0 ? 1 : found / wronged;
  }

  get foundAfter(): number[] {
    return [...this.#found.values()].flatMap((after) => [...after.values()]);
  }
}
