import { copyable, h } from "../auditPage/dom.js";
import { time } from "../auditPage/format.js";
import { announce } from "../page/elements.js";
import type { Broadcast } from "../studio/answers.js";
import { type CertificateFault, readCertificate } from "../studio/certificateFile.js";
import type { StudioApi } from "../studio/studioApi.js";
import { ask } from "./dialogs.js";
import { button, card, copyBlock, pressed, ProblemLine, refresh } from "./parts.js";

const faults: Readonly<Record<CertificateFault, string>> = {
  "identity-key": "This is your identity key, not a certificate. It was not sent, and must not leave your machine. Use the command.",
  "no-certificate": "This file is no certificate: none that is signed by the identity it names. It was not sent.",
  "other-broadcast": "This certificate is for another broadcast. It was not sent.",
  "other-key": "This certificate is for another session key than this broadcast’s. It was not sent.",
  "not-now": "This certificate does not hold now. Look at its times, and at this machine’s clock. It was not sent.",
};

/** What a broadcast can do next: be certified, start, end, be taken down, come back. */
export class LifePanel {
  readonly #body = h("div", { class: "stack" });
  readonly #problem = new ProblemLine();
  readonly element = card("Next step", "life", this.#body, this.#problem.element);

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
    private readonly look: () => Promise<unknown>,
  ) {}

  show(broadcast: Broadcast): void {
    const { state, takenDownAt, signer } = broadcast;
    refresh(this.#body, [state, takenDownAt, signer], () => {
      if (takenDownAt) {
        return [h("p", {}, `Taken down on ${time(Date.parse(takenDownAt))}: nothing of it is served, no key is given, and nothing can be pushed.`),
          h("div", { class: "actions" }, this.#doing("Restore", "restore", "Restored", "life-restore"))];
      }
      const trouble = h("div", { class: "actions" }, this.#takedown(broadcast));
      if (state === "ended") return [h("p", {}, "The broadcast has ended. Its recording plays as long as the offers allow."), trouble];
      const identity = signer ? h("p", { class: "hint" }, `Certified until ${time(Date.parse(signer.notAfter))} by the identity `, copyable(signer.identity, "the identity")) : undefined;
      if (state === "live") {
        return [h("p", {}, "The broadcast is live: publishers are let in, and viewers who were granted it can watch."), identity ?? "",
          h("div", { class: "actions" }, button("End the broadcast", () => void this.#end(broadcast), { "data-key": "end", id: "life-end" }), this.#takedown(broadcast))];
      }
      if (signer) {
        return [h("p", {}, "Everything is ready. Starting lets your publisher in."), identity ?? "",
          h("div", { class: "actions" }, this.#doing("Start the broadcast", "start", "Started", "life-start", "button"))];
      }
      return this.#certifying(broadcast);
    });
  }

  #certifying(broadcast: Broadcast): Node[] {
    const command = `./liveledger broadcast certify ${broadcast.id} --server ${location.origin} --token-file studio.token`;
    const block = copyBlock("the certify command", () => command, () => command);
    const file = h("input", { type: "file", id: "certificate", accept: ".cose,.cbor,application/cose", onchange: (event) => void this.#send(broadcast, event.currentTarget as HTMLInputElement) });
    return [
      h("p", {}, "Viewers check that every segment comes from you. For that your identity certifies this broadcast’s key, on your own machine: your identity key never comes near this page or this server."),
      h("p", {}, "Run this where your identity is, with your API token in the file ", h("code", {}, "studio.token"), ". The page goes on by itself."),
      block,
      h("p", { class: "hint" }, "The first time, make your identity: ", h("code", {}, "./liveledger broadcast identity --create")),
      h("details", {}, h("summary", {}, "I have a certificate file"), h("label", { for: "certificate" }, "Certificate made elsewhere for this broadcast (COSE)", file),
        h("p", { class: "hint" }, "It is checked here first; a file that is no certificate for this broadcast is not sent.")),
    ];
  }

  async #send(broadcast: Broadcast, input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    if (!file) return;
    const certificate = await readCertificate(file, broadcast, Date.now());
    input.value = "";
    if (typeof certificate === "string") return this.#problem.tell(faults[certificate]);
    await this.#do(undefined, () => this.api.put(`${this.path}/signer`, certificate), "Certified");
  }

  #doing(text: string, verb: string, done: string, id: string, kind = "button"): HTMLElement {
    return button(text, (event) => void this.#do(pressed(event), () => this.api.post(`${this.path}/${verb}`), done), { class: kind, "data-key": verb, id });
  }

  async #do(by: HTMLButtonElement | undefined, action: () => Promise<unknown>, done: string): Promise<void> {
    if (!(await this.#problem.while(by, action))) return;
    await this.look();
    announce(done);
    // The button that had the focus is gone; what comes next stands where it was.
    if (document.activeElement === document.body) this.element.querySelector<HTMLElement>("h2")?.focus();
  }

  async #end(broadcast: Broadcast): Promise<void> {
    await this.#after(ask({
      title: "End the broadcast?",
      text: `“${broadcast.title}” cannot be started again. What was recorded stays, and plays as the offers allow.`,
      action: "End it",
      act: () => this.api.post(`${this.path}/end`),
    }), "Ended");
  }

  #takedown(broadcast: Broadcast): HTMLElement {
    return button("Take it down", () => void this.#after(ask({
      title: "Take the broadcast down?",
      text: `“${broadcast.title}” stops for every viewer, live and recorded, within one key period; nothing of it is served. The ledger keeps that, and the reason. You can restore it.`,
      action: "Take it down",
      input: { label: "Reason, for operators and auditors", maxLength: 500 },
      act: (reason) => this.api.post(`${this.path}/takedown`, { reason }),
    }), "Taken down"), { "data-key": "takedown", id: "life-takedown", class: "button plain small warns" });
  }

  async #after(asked: Promise<boolean>, done: string): Promise<void> {
    if (!(await asked)) return;
    await this.look();
    announce(done);
    this.element.querySelector<HTMLElement>("h2")?.focus();
  }
}
