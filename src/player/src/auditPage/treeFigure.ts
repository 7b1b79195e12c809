import type { EntryProof } from "../auditing/entryProof.js";
import { sameBytes, toHex } from "../verify/bytes.js";
import type { Checkpoint } from "../verify/log/checkpoint.js";
import type { LeafRange } from "../verify/log/treeShape.js";
import { h, svg } from "./dom.js";
import { count, counted, shortHash } from "./format.js";

/** A box of the drawing. */
interface TreeBox {
  /** `instead`: what the log has where something else was computed. */
  readonly kind: "leaf" | "computed" | "given" | "root" | "instead";
  readonly range: LeafRange;
  readonly hash: Uint8Array;
  readonly side: "left" | "middle" | "right";
  /** 0 is the leaf. */
  readonly row: number;
  readonly wrong: boolean;
}

/** More steps than this are drawn only when asked for: the lowest and the highest say enough. */
const maxDrawn = 9;
const [lowest, highest] = [3, 4];

const rowHeight = 84;
const boxHeight = 46;

/** Width of a character of a box's name, about. */
const labelCharacter = 7.2;

/** The way from an entry to the signed root as a person sees it: what was computed here in the middle, what the log gave beside it. */
export class TreeFigure {
  readonly element: HTMLElement;
  readonly #holder = h("div", { class: "tree-holder" });
  readonly #readout = h("p", { class: "readout" });
  readonly #boxes: TreeBox[];
  #all = false;

  constructor(
    private readonly proof: EntryProof,
    private readonly checkpoint: Checkpoint,
  ) {
    this.#boxes = boxesOf(proof, checkpoint);
    const steps = proof.steps.length;
    const more = h("button", {
      type: "button", class: "button plain small", onclick: () => {
        this.#all = true;
        more.remove();
        this.draw();
      },
    }, `Draw all ${steps} steps`);
    this.element = h("figure", { class: "tree", "aria-labelledby": "tree-title" },
      h("figcaption", {},
        h("h2", { id: "tree-title" }, "The way to the signed root"),
        h("p", { class: "legend" }, 
          h("span", {}, h("span", { class: "key computed" }), "computed here, from the entry’s bytes up"),
          h("span", {}, h("span", { class: "key given" }), "given by the log: a neighbour’s hash, standing for all that lies below it"))),
      this.#holder, this.#readout,
      steps > maxDrawn ? more : undefined,
      h("details", {}, h("summary", {}, "The same in words"), inWords(proof, checkpoint)));
    this.#tell(undefined);
  }

  /** Draws into the room there is. */
  draw(): void {
    const width = Math.max(260, Math.min(this.#holder.clientWidth || 560, 620));
    const steps = this.proof.steps.length;
    const elided = !this.#all && steps > maxDrawn;
    // Rows in the drawing, from the leaf up; one row stands for those left out.
    const rows = Array.from({ length: steps + 1 }, (_, i) => i).filter((i) => !elided || i < lowest || i > steps - highest);
    const gap = elided ? 1 : 0;
    const placed = new Map(rows.map((row, i) => [row, i + (elided && row >= lowest ? gap : 0)] as const));
    const total = rows.length + gap;
    const y = (row: number): number => 2 + (total - 1 - (placed.get(row) ?? 0)) * rowHeight;
    // Room for a sign between two boxes, as far as the names allow.
    const between = width < 320 ? 12 : 18;
    const boxWidth = Math.min(176, Math.floor((width - 4 - 2 * between) / 3));
    const x = { left: 2, middle: (width - boxWidth) / 2, right: width - boxWidth - 2 };
    const tall = total * rowHeight - (rowHeight - boxHeight) + 22;

    const shown = this.#boxes.filter(({ row }) => placed.has(row));
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${tall}`, width, height: tall, role: "group", "aria-label": `${counted(steps, "step")} from entry ${count(this.proof.index)} to the signed root. Arrow keys move from hash to hash.` });
    for (const box of shown) if (box.row < steps && box.kind !== "instead") drawing.append(lineOf(box, placed.has(box.row + 1) ? y(box.row + 1) : y(box.row) - rowHeight, y(box.row), x[box.side] + boxWidth / 2, width / 2));
    if (elided) drawing.append(elision(width, y(lowest - 1) - rowHeight, steps - lowest - highest + 1));
    const nodes = shown.map((box) => this.#draw(box, x[box.side], y(box.row), boxWidth, (width - 4 - 3 * boxWidth) / 2));
    drawing.append(...nodes);
    rove(nodes, shown.findIndex(({ kind }) => kind === "leaf"));
    this.#holder.replaceChildren(drawing);
  }

  #draw(box: TreeBox, x: number, y: number, width: number, between: number): SVGElement {
    const centre = x + width / 2;
    const subtree = box.kind === "given" && box.range.end - box.range.start > 1n;
    const group = svg("g", {
      class: `box ${box.kind}${box.wrong ? " wrong" : ""}`, role: "img", tabindex: "-1", "aria-label": `${spokenName(box, this.checkpoint)}, ${toHex(box.hash).slice(0, 16)}`,
      onfocus: () => this.#tell(box), onpointerenter: () => this.#tell(box), onclick: () => this.#tell(box),
    },
      subtree && svg("path", { class: "subtree", d: `M${centre} ${y + boxHeight - 1}l-15 18h30z` }),
      box.kind === "instead" && svg("text", { class: "unequal", x: x + (box.side === "right" ? -between / 2 : width + between / 2), y: y + boxHeight / 2 + 6 }, "≠"),
      svg("rect", { x, y, width, height: boxHeight, rx: 10 }),
      svg("text", { x: centre, y: y + 19, class: "label" }, label(box, width)),
      svg("text", { x: centre, y: y + 36, class: "hash" }, shortHash(box.hash, Math.min(16, Math.floor((width - 10) / labelCharacter) - 2))));
    return group;
  }

  #tell(box: TreeBox | undefined): void {
    this.#readout.replaceChildren(...(box
      ? [h("strong", {}, `${spokenName(box, this.checkpoint)}`), h("code", {}, toHex(box.hash))]
      : ["Point at a box, or move to it with the keyboard, to read its whole hash."]));
  }
}

function boxesOf({ index, leaf, leafInTree, steps, failure }: EntryProof, { root, size }: Checkpoint): TreeBox[] {
  const altered = failure?.code === "entry-altered";
  const boxes: TreeBox[] = [{ kind: steps.length === 0 ? "root" : "leaf", range: { start: index, end: index + 1n }, hash: leaf, side: "middle", row: 0, wrong: altered || (steps.length === 0 && !sameBytes(leaf, root)) }];
  for (const [i, { side, sibling, siblingRange, hash, range }] of steps.entries()) {
    const last = i === steps.length - 1;
    boxes.push({ kind: "given", range: siblingRange, hash: sibling, side, row: i, wrong: false });
    boxes.push({ kind: last ? "root" : "computed", range, hash, side: "middle", row: i + 1, wrong: last && !sameBytes(hash, root) });
  }
  // What the tree has instead stands beside what it should be.
  if (altered && steps[0]) boxes.push({ kind: "instead", range: { start: index, end: index + 1n }, hash: leafInTree, side: steps[0].side === "left" ? "right" : "left", row: 0, wrong: false });
  if (failure && steps.length > 0) boxes.push({ kind: "instead", range: { start: 0n, end: size }, hash: root, side: "right", row: steps.length, wrong: false });
  return boxes;
}

/** What fits of a box's name into its width. */
function label({ kind, range }: TreeBox, width: number): string {
  const [first, last, entries] = [range.start, range.end - 1n, range.end - range.start];
  const whole = counted(entries, "entry", "entries");
  const compact = (entries & (entries - 1n)) === 0n ? `2${superscript(entries.toString(2).length - 1)}` : new Intl.NumberFormat("en", { notation: "compact" }).format(entries);
  const names =
    kind === "instead" ? [entries === 1n ? "in the tree" : "signed root"]
    : kind === "root" ? [`root of ${whole}`, `root of ${count(entries)}`, "root"]
    : entries === 1n ? [`entry ${count(first)}`, count(first)]
    : [`${count(first)}–${count(last)}`, whole, `${compact} entries`, compact];
  return names.find((name) => name.length * labelCharacter <= width - 10) ?? (names.at(-1) as string);
}

function spokenName({ kind, range, wrong }: TreeBox, { size }: Checkpoint): string {
  const [first, last] = [range.start, range.end - 1n];
  const what = first === last ? `Entry ${count(first)}` : `Entries ${count(first)} to ${count(last)}`;
  if (kind === "root") return wrong ? "Root computed here: not the signed one" : `Root of ${counted(size, "entry", "entries")}: computed here, and signed`;
  if (kind === "instead") return first === last ? `${what}: the leaf that the signed tree has` : "Root that the log signed";
  if (kind === "given") return `${what}: given by the log`;
  return `${what}: ${wrong ? "computed here, and not what the tree has" : "computed here"}`;
}

function lineOf({ side }: TreeBox, above: number, y: number, from: number, to: number): SVGElement {
  const bottom = above + boxHeight;
  // Away to the side at once, so that it does not run through the subtree that hangs from the box above.
  const path = side === "middle" ? `M${from} ${y}V${bottom}` : `M${from} ${y}C${from} ${bottom + 22} ${to} ${bottom + 22} ${to} ${bottom}`;
  return svg("path", { class: `edge ${side === "middle" ? "spine" : ""}`, d: path });
}

function elision(width: number, y: number, left: number): SVGElement {
  const text = `${left} more steps, all computed`;
  return svg("g", { class: "elision" },
    svg("path", { class: "edge spine dashed", d: `M${width / 2} ${y - rowHeight + boxHeight}V${y + rowHeight}` }),
    svg("rect", { x: width / 2 - 105, y: y + 8, width: 210, height: 30, rx: 15 }),
    svg("text", { x: width / 2, y: y + 28, class: "label" }, text));
}

/** One stop for the Tab key; arrows move within. */
function rove(nodes: readonly SVGElement[], first: number): void {
  nodes[first]?.setAttribute("tabindex", "0");
  for (const [i, node] of nodes.entries()) {
    node.addEventListener("keydown", (event) => {
      const { key } = event as KeyboardEvent;
      const to = key === "ArrowUp" || key === "ArrowRight" ? i + 1 : key === "ArrowDown" || key === "ArrowLeft" ? i - 1 : key === "Home" ? 0 : key === "End" ? nodes.length - 1 : undefined;
      const target = to === undefined ? undefined : nodes[to];
      if (!target) return;
      event.preventDefault();
      node.setAttribute("tabindex", "-1");
      target.setAttribute("tabindex", "0");
      target.focus();
    });
  }
}

function inWords({ index, leaf, steps, failure }: EntryProof, { root }: Checkpoint): HTMLElement {
  const code = (hash: Uint8Array): HTMLElement => h("code", {}, toHex(hash));
  return h("ol", { class: "words" },
    h("li", {}, `Leaf of entry ${count(index)}: SHA-256 of a zero byte and the entry is `, code(leaf), "."),
    ...steps.map(({ side, sibling, siblingRange: { start, end }, hash }) => h("li", {},
      `With the hash on its ${side}, of ${end - start === 1n ? `entry ${count(start)}` : `entries ${count(start)} to ${count(end - 1n)}`}, `, code(sibling), ", it gives ", code(hash), ".")),
    h("li", {}, failure ? "The root that the log signed is another: " : "That is the root that the log signed: ", code(root), "."));
}

function superscript(value: number): string {
  return String(value).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? digit);
}
