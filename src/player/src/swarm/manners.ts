import type { Clock } from "./clock.js";

/** How much else the machine has to do. */
export type Strain = "none" | "some" | "much";

/** What a browser tells of its line and its machine. What it does not tell is undefined, and no reason for anything. */
export interface Conditions {
  readonly isCellular?: boolean | undefined;
  readonly savesData?: boolean | undefined;
  /** `level` is 0 to 1. */
  readonly battery?: { readonly level: number; readonly isCharging: boolean } | undefined;
  readonly isHidden?: boolean | undefined;
  readonly strain?: Strain | undefined;
}

/** Why nothing is sent to others for now. It is not the viewer's refusal. */
export type Restraint = "cellular" | "save-data" | "battery" | "hidden-and-hot" | "busy";

const lowBattery = 0.2;
/** A battery that is low is so until it has this much: a reading may go to and fro. */
const goodBattery = 0.23;
/** A condition must have been gone for so long, and each time that it is soon back for twice as long, at most the last. */
const shortestRestMs = 10_000;
const longestRestMs = 160_000;
const soonBackMs = 60_000;

/** The first that holds is the one that is told. */
const rules: readonly (readonly [Restraint, (conditions: Conditions, isHeld: boolean) => boolean])[] = [
  ["cellular", ({ isCellular }) => isCellular === true],
  ["save-data", ({ savesData }) => savesData === true],
  ["battery", ({ battery }, isHeld) => battery !== undefined && !battery.isCharging && battery.level < (isHeld ? goodBattery : lowBattery)],
  // Nobody looks at it: then less is enough.
  ["hidden-and-hot", ({ isHidden, strain }) => isHidden === true && strain !== undefined && strain !== "none"],
  ["busy", ({ strain }) => strain === "much"],
];

interface Hold {
  holds: boolean;
  /** Released only if it was gone since then. */
  goneAt: number;
  isOver: boolean;
  overAt: number;
  restMs: number;
}

/** Whether anything may be sent to others, by what is known of the machine: a condition stops it at once, and lets it begin again only once it was gone for a while. */
export class Manners {
  readonly #holds = new Map<Restraint, Hold>();

  /** @param changed Is told when {@link restraint} is another. */
  constructor(
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {}

  get restraint(): Restraint | undefined {
    return rules.find(([name]) => this.#holds.get(name)?.isOver === false)?.[0];
  }

  /** Takes in how it is now. */
  see(conditions: Conditions): void {
    const before = this.restraint;
    for (const [name, rule] of rules) {
      const known = this.#holds.get(name);
      const holds = rule(conditions, known?.isOver === false);
      if (holds) this.#begin(name, known);
      else if (known?.holds) this.#pass(known);
    }
    if (this.restraint !== before) this.changed();
  }

  #begin(name: Restraint, known: Hold | undefined): void {
    const { now } = this.clock;
    if (!known) {
      this.#holds.set(name, { holds: true, goneAt: 0, isOver: false, overAt: 0, restMs: shortestRestMs });
      return;
    }
    if (known.isOver) known.restMs = now - known.overAt < soonBackMs ? Math.min(longestRestMs, 2 * known.restMs) : shortestRestMs;
    known.isOver = false;
    known.holds = true;
  }

  #pass(hold: Hold): void {
    const { now } = this.clock;
    hold.holds = false;
    hold.goneAt = now;
    this.clock.after(hold.restMs, () => {
      // It was back meanwhile.
      if (hold.holds || hold.isOver || hold.goneAt !== now) return;
      const before = this.restraint;
      hold.isOver = true;
      hold.overAt = this.clock.now;
      if (this.restraint !== before) this.changed();
    });
  }
}
