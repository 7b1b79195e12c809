import type { Neighbour } from "../swarm/neighbourhood.js";
import { formatBytes, setText } from "./elements.js";

const namespace = "http://www.w3.org/2000/svg";
/** What is drawn is of so many looks, a second each. */
const looks = 5;
/** The drawing is 360 by 216, and this page in its middle. */
const middle = { x: 180, y: 108 };
const [acrossRadius, upRadius] = [144, 76];
/** Of two neighbours or fewer, that all lies in one row, and the rest of the drawing is left out. */
const [whole, row] = ["0 0 360 216", "0 62 360 96"];
/** A line ends before what it leads to. */
const gap = 22;
const [thinnest, thickest] = [1.5, 6];

/** What one neighbour gave and got within the last looks. */
export interface Flow {
  readonly neighbour: Neighbour;
  readonly taken: number;
  readonly given: number;
}

const nearness: Readonly<Record<Neighbour["near"], string>> = { lan: "in the same network", network: "at the same provider", region: "in the same region", far: "elsewhere" };

/** The neighbours around this page: circles are viewers, squares relays; lines are as wide as what came over them and what went. */
export class NeighbourGraph {
  readonly #seen: ReadonlyMap<string, Neighbour>[] = [];

  constructor(private readonly svg: SVGSVGElement) {}

  /** Takes how it is now, each second. */
  take(neighbours: readonly Neighbour[]): void {
    const linked = neighbours.filter(({ isUp }) => isUp);
    this.#seen.push(new Map(linked.map((neighbour) => [neighbour.peer, neighbour])));
    if (this.#seen.length > looks + 1) this.#seen.shift();
    const flows = linked.map((neighbour): Flow => {
      const before = this.#seen.find((look) => look.has(neighbour.peer))?.get(neighbour.peer) ?? neighbour;
      return { neighbour, taken: neighbour.taken - before.taken, given: neighbour.given - before.given };
    });
    setText(this.svg.querySelector("desc") as Element, describeFlows(flows));
    this.svg.setAttribute("viewBox", flows.length > 2 ? whole : row);
    const most = Math.max(1, ...flows.flatMap(({ taken, given }) => [taken, given]));
    const drawn = flows.flatMap((flow, n) => draw(flow, Math.PI + (2 * Math.PI * n) / flows.length, most));
    this.svg.querySelector("g")?.replaceChildren(...drawn, shape("rect", "self", { x: middle.x - 17, y: middle.y - 11, width: 34, height: 22, rx: 4 }), label("You", middle.x, middle.y + 4, "self-name"));
  }

  clear(): void {
    if (this.#seen.length === 0) return;
    this.#seen.length = 0;
    this.svg.querySelector("g")?.replaceChildren();
    setText(this.svg.querySelector("desc") as Element, "");
  }
}

/** The same in words. */
export function describeFlows(flows: readonly Flow[]): string {
  if (flows.length === 0) return "No neighbours yet.";
  return flows.map(({ neighbour: { role, near, rtt }, taken, given }) => {
    const away = rtt === undefined ? "" : `, ${Math.round(rtt)} ms away`;
    return `${role === "viewer" ? "Viewer" : "Relay"} ${nearness[near]}${away}: ${formatBytes(taken)} in, ${formatBytes(given)} out.`;
  }).join(" ");
}

function draw({ neighbour: { role, rtt, near }, taken, given }: Flow, angle: number, most: number): SVGElement[] {
  const [x, y] = [middle.x + acrossRadius * Math.cos(angle), middle.y + upRadius * Math.sin(angle)];
  const figure = role === "viewer" ? shape("circle", "viewer", { cx: x, cy: y, r: 9 }) : shape("rect", "relay", { x: x - 9, y: y - 9, width: 18, height: 18, rx: 2 });
  // Away from the lines.
  const text = label(rtt === undefined ? near : `${Math.round(rtt)} ms`, x, y < middle.y - 1 ? y - 15 : y + 23);
  return [...arrow("in", { x, y }, middle, taken, most), ...arrow("out", middle, { x, y }, given, most), figure, text];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

// A little to the right of the way it goes, so that both ways are seen.
function arrow(way: "in" | "out", from: Point, to: Point, bytes: number, most: number): SVGElement[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const at = (along: number, aside: number) => ({ x: from.x + dx * along - dy * aside, y: from.y + dy * along + dx * aside });
  const width = bytes > 0 ? thinnest + (thickest - thinnest) * Math.sqrt(bytes / most) : 0.75;
  const head = bytes > 0 ? 5 + width : 0;
  const [begin, end] = [at(gap, 5), at(length - gap - head, 5)];
  const line = shape("line", bytes > 0 ? way : "idle", { x1: begin.x, y1: begin.y, x2: end.x, y2: end.y, "stroke-width": width });
  if (bytes === 0) return [line];
  const [tip, left, right] = [at(length - gap, 5), at(length - gap - head, 5 - head / 2), at(length - gap - head, 5 + head / 2)];
  const point = shape("polygon", way, {});
  point.setAttribute("points", [tip, left, right].map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
  return [line, point];
}

function label(text: string, x: number, y: number, name = ""): SVGElement {
  const element = shape("text", name, { x, y });
  element.textContent = text;
  return element;
}

function shape(kind: string, name: string, numbers: Readonly<Record<string, number>>): SVGElement {
  const element = document.createElementNS(namespace, kind);
  if (name) element.setAttribute("class", name);
  for (const [attribute, value] of Object.entries(numbers)) element.setAttribute(attribute, String(Math.round(10 * value) / 10));
  return element;
}
