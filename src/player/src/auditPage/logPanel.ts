import type { AuditSession } from "../auditing/auditSession.js";
import { byId } from "../page/elements.js";
import { concatBytes } from "../verify/bytes.js";
import { toBase64 } from "../verify/log/base64.js";
import { type LogKey } from "../verify/log/vkey.js";
import { sha256 } from "../verify/sha256.js";
import { checkLine, type Outcome, verdictHead } from "./checkList.js";
import { copyable, h } from "./dom.js";
import { clock, counted, grouped, time } from "./format.js";
import { logChecks } from "./logChecks.js";
import { PolicyBox } from "./policyBox.js";
import { successionNote } from "./successionNote.js";
import { meaningOf } from "./wording.js";

/** The verdict on the log as a whole, its checks, and what they were made of. */
export class LogPanel {
  readonly #policy: PolicyBox;
  /** True while an entry's verdict stands above this one. */
  second = false;

  /** @param afterLook Called when the log was looked at anew on the user's wish. */
  constructor(
    private readonly session: AuditSession,
    private readonly afterLook: () => void,
  ) {
    this.#policy = new PolicyBox(session, afterLook);
    const dialog = byId<HTMLDialogElement>("anew-dialog");
    byId("anew-no").addEventListener("click", () => dialog.close());
    byId("anew-yes").addEventListener("click", () => {
      dialog.close();
      void session.beginAnew().then(afterLook);
    });
  }

  update(): void {
    const { verdict } = this.session;
    const outcome: Outcome = verdict.kind;
    const section = byId<HTMLElement>("log-verdict");
    section.dataset["outcome"] = outcome;
    section.classList.toggle("second", this.second);
    // What was checked of the log stands under its verdict, or, where an entry comes first, under the entry.
    const details = byId<HTMLElement>("log-details");
    const above = this.second ? byId("entry") : section;
    if (above.nextElementSibling !== details) above.after(details);
    byId<HTMLElement>("log-checks-title").hidden = !this.second;
    // A failure interrupts; a good verdict is read in its place.
    section.setAttribute("role", outcome === "false" ? "alert" : "region");
    section.replaceChildren(...verdictHead({ id: "log-title", level: this.second ? 2 : 1, outcome, ...this.#words(), actions: this.#actions() }));
    byId("log-checks").replaceChildren(...logChecks(this.session).map(checkLine));
    const said = verdict.kind === "false" ? this.session.found.succession : undefined;
    byId("log-said").replaceChildren(...(said ? [successionNote(said)] : []));
    details.hidden = verdict.kind === "checking" && !this.session.found.key;
    void this.#details();
  }

  #words(): { title: string; detail: (Node | string | undefined)[]; code?: string | undefined } {
    const { verdict, found, checkedAt } = this.session;
    switch (verdict.kind) {
      case "checking":
        return { title: "Checking the log", detail: ["Fetching its key and its signed checkpoint."] };
      case "unknown":
        return { title: "Could not tell", detail: [verdict.reason] };
      case "false": {
        const { title, detail } = meaningOf(verdict.failure);
        return { title, detail: [detail], code: verdict.failure.code };
      }
      case "good": {
        const { checkpoint, history } = found;
        const name = h("span", { class: "name" }, checkpoint?.origin ?? "");
        return {
          title: history?.basis === "first-look" ? "The log is signed, and new to this browser" : "The log is signed, and only grew",
          detail: [name, ` has ${counted(checkpoint?.size ?? 0n, "entry", "entries")}. Checked by this browser at ${clock(checkedAt)}.`],
        };
      }
    }
  }

  #actions(): (Node | undefined)[] {
    const { verdict } = this.session;
    if (verdict.kind === "checking") return [];
    const anew = verdict.kind === "false" && (verdict.failure.check === "history" || verdict.failure.code === "key-changed");
    return [
      // Where an entry's verdict comes first, the way to look again stands there.
      this.second ? undefined : h("button", { type: "button", class: "button plain", id: "check-again", onclick: () => void this.session.check().then(this.afterLook) }, verdict.kind === "unknown" ? "Try again" : "Check again"),
      anew ? h("button", { type: "button", class: "button plain", id: "begin-anew", onclick: () => byId<HTMLDialogElement>("anew-dialog").showModal() }, "It was explained to me…") : undefined,
    ];
  }

  async #details(): Promise<void> {
    const { found, verdict } = this.session;
    if (verdict.kind === "checking") return;
    const remembered = this.session.memory.read();
    const changed = verdict.kind === "false" && verdict.failure.code === "key-changed";
    const parts: (Node | undefined)[] = [
      found.key && h("div", { class: "facts" },
        ...(await keyFacts(found.key, changed ? "The key this browser knows" : "The log’s key")),
        changed && found.served ? fact("The key that is served now", copyable(found.served, "the served key")) : undefined,
        remembered && fact("Remembered", `Key since ${time(remembered.keySince)}; checkpoint seen on ${time(remembered.seenAt)}. In this browser only.`)),
      this.#witnessTable(),
      this.#policy.element,
      found.bytes && h("div", { class: "facts" }, fact("The checkpoint, as served", h("pre", { class: "note", tabindex: "0", "aria-label": "The checkpoint, as served" }, new TextDecoder().decode(found.bytes)))),
    ];
    byId("log-more-body").replaceChildren(...parts.filter((part): part is Node => part !== undefined));
  }

  #witnessTable(): Node | undefined {
    const lines = this.session.found.witnesses?.lines ?? [];
    if (lines.length === 0) return undefined;
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Signatures of others" },
      h("table", { class: "witnesses" },
        h("caption", {}, "Signatures of others under the checkpoint"),
        h("thead", {}, h("tr", {}, ...["Name", "Key id", "Time", "Verified"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, ...lines.map(({ name, keyId, knownAs, time: at }) => h("tr", { "data-verified": String(knownAs !== undefined) },
          h("td", {}, h("span", { class: "name" }, name)), h("td", {}, h("code", {}, keyId.toString(16).padStart(8, "0"))),
          h("td", {}, at === undefined ? "none given" : time(1000 * at)),
          h("td", {}, knownAs === undefined ? "No: its key is not in your policy" : `Yes, ${knownAs} of your policy`))))));
  }
}

async function keyFacts(key: LogKey, title: string): Promise<Node[]> {
  const fingerprint = grouped(await sha256(concatBytes(key.key.bytes)));
  return [
    fact(`${title} (vkey)`, copyable(key.text, "the verifier key")),
    fact("Fingerprint", h("code", { id: "fingerprint", class: "fingerprint" }, fingerprint), h("span", { class: "hint" }, `SHA-256 of the 32 bytes of the Ed25519 key ${toBase64(key.key.bytes)}`)),
  ];
}

function fact(name: string, ...value: (Node | string)[]): HTMLElement {
  return h("div", { class: "fact" }, h("p", { class: "fact-name" }, name), h("div", { class: "fact-value" }, ...value));
}
