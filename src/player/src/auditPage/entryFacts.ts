import type { EntryProof } from "../auditing/entryProof.js";
import { toHex } from "../verify/bytes.js";
import { fromUtf8 } from "../verify/log/utf8.js";
import { copyable, h } from "./dom.js";
import type { PayloadFinding } from "./entryView.js";
import { count, counted, preciseTime } from "./format.js";

/** The fields of the leaf, decoded from the very bytes that were hashed. */
export function entryFacts({ index, bytes, leaf, entry, failure }: EntryProof): HTMLElement {
  const rows: [string, Node | string | undefined][] = entry
    ? [
        ["Event", h("strong", {}, entry.type)],
        ["Schema", `version ${entry.schema}`],
        ["Stream", h("a", { href: `#/search?${new URLSearchParams({ stream: entry.stream })}`, class: "name" }, entry.stream)],
        ["Place in it", `version ${count(entry.streamVersion)}, counted from 0`],
        ["Recorded", `${preciseTime(entry.recordedAt)}, by the server’s clock`],
        ["Actor", h("span", { class: "name" }, entry.actor)],
        ["Event id", h("code", {}, entry.eventId)],
        ["Caused by", entry.causation && h("code", {}, entry.causation)],
        ["Belongs to", entry.correlation && h("code", {}, entry.correlation)],
        ["Payload digest", copyable(toHex(entry.payloadDigest), "the payload digest")],
      ]
    : [["Bytes", h("code", {}, toHex(bytes.subarray(0, 512)))]];
  return h("section", { class: "card", "aria-labelledby": "fields-title" },
    h("h2", { id: "fields-title" }, failure ? "What was served, and is not proven" : "The entry"),
    h("dl", { class: "fields-list" }, ...[...rows, ["Leaf hash", copyable(toHex(leaf), "the leaf hash")] as [string, Node]]
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("details", {}, h("summary", {}, "Check it without this page"),
      h("p", { class: "hint" }, "With our program, or with any that reads C2SP logs:"),
      copyable(`liveledger audit entry ${location.origin} ${index}`, "the command"),
      h("p", { class: "hint" }, h("a", { href: `/log/proof/${index}.tlog-proof`, download: `entry-${index}.tlog-proof` }, "The proof as a file (.tlog-proof)"),
        `; the entry has ${counted(bytes.length, "byte")}.`)));
}

/** The payload, if it may be seen, else why not. */
export function payloadCard({ entry }: EntryProof, payload: PayloadFinding | undefined, openTokenDialog: () => void): HTMLElement | string {
  if (!entry || !payload) return "";
  const title = h("h2", { id: "payload-title" }, "Payload");
  if (payload.kind === "hidden") {
    return h("section", { class: "card", "aria-labelledby": "payload-title" }, title, h("p", { class: "hint" }, payload.reason),
      payload.needsToken ? h("button", { type: "button", class: "button plain", onclick: openTokenDialog }, "Give a token") : undefined);
  }
  if (payload.failure) {
    return h("section", { class: "card", "aria-labelledby": "payload-title" }, title, h("p", { class: "hint" }, "Not shown: it is not the payload that was logged."));
  }
  return h("section", { class: "card", "aria-labelledby": "payload-title" }, title,
    h("p", { class: "hint" }, `${counted(payload.payload.length, "byte")}, laid out to be read. People are named by pseudonyms only; what is sealed, nobody opens after an erasure.`),
    h("pre", { class: "payload", id: "payload", tabindex: "0", "aria-label": "Payload" }, laidOut(payload.payload)));
}

/** JSON with its members on lines of their own; anything else as it is. */
function laidOut(payload: Uint8Array): string {
  const text = fromUtf8(payload);
  if (text === undefined) return toHex(payload);
  try {
    // A number that JavaScript cannot hold would be shown as another: then the stored text is shown.
    const parsed = JSON.parse(text) as unknown;
    return JSON.stringify(parsed) === text ? JSON.stringify(parsed, null, 2) : text;
  } catch {
    return text;
  }
}
