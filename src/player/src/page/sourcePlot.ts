const namespace = "http://www.w3.org/2000/svg";
const sources = ["origin", "relays", "peers"] as const;

/** Bytes so far, by where they came from. */
export type BySource = Record<(typeof sources)[number], number>;

/** A column for each look, of what came since the one before: from the origin below, relays over it, viewers on top. The drawing is 600 by 72. */
export class SourcePlot {
  readonly #columns: BySource[] = [];
  #last: BySource | undefined;

  constructor(
    private readonly plot: SVGElement,
    private readonly kept: number,
  ) {}

  /** Takes what there is by now. Less than before is a new count, which begins with this. */
  take(now: BySource): void {
    const before = this.#last && sources.every((source) => now[source] >= (this.#last?.[source] ?? 0)) ? this.#last : now;
    this.#last = now;
    this.#columns.push({ origin: now.origin - before.origin, relays: now.relays - before.relays, peers: now.peers - before.peers });
    if (this.#columns.length > this.kept) this.#columns.shift();
    this.#draw();
  }

  clear(): void {
    this.#last = undefined;
    this.#columns.length = 0;
    this.plot.replaceChildren();
  }

  #draw(): void {
    const highest = Math.max(1, ...this.#columns.map(({ origin, relays, peers }) => origin + relays + peers));
    this.plot.replaceChildren(...this.#columns.flatMap((column, at) => {
      let top = 72;
      return sources.filter((source) => column[source] > 0).map((source) => {
        const height = (70 * column[source]) / highest;
        top -= height;
        const bar = document.createElementNS(namespace, "rect");
        bar.setAttribute("class", source);
        for (const [name, value] of [["x", (600 * at) / this.kept], ["y", top], ["width", 600 / this.kept - 1], ["height", height]] as const) bar.setAttribute(name, String(value));
        return bar;
      });
    }));
  }
}
