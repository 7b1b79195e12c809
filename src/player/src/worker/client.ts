import type { Answer, Question } from "./messages.js";

/** The page's side of the verification worker. */
export class VerifierClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  constructor(url: string) {
    this.#worker = new Worker(url, { name: "liveledger-verifier" });
    this.#worker.addEventListener("message", (event: MessageEvent<{ id: number; answer: Answer }>) => {
      this.#waiting.get(event.data.id)?.(event.data.answer);
      this.#waiting.delete(event.data.id);
    });
    // A worker that did not start answers nothing: whoever waits must hear of it.
    this.#worker.addEventListener("error", (event) => this.#giveUp(event.message || "the verification worker did not start"));
  }

  /** Asks; the buffers of `question` are gone afterwards. */
  ask(question: Question): Promise<Answer> {
    const id = ++this.#last;
    const transfer = question.kind === "open" || question.kind === "record" ? [] : [question.bytes.buffer, question.record.buffer];
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, question }, transfer);
    });
  }

  close(): void {
    this.#worker.terminate();
    this.#giveUp("closed");
  }

  #giveUp(message: string): void {
    for (const resolve of this.#waiting.values()) resolve({ verdict: "fault", message });
    this.#waiting.clear();
  }
}
