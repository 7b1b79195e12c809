import type { Checked } from "../verify/checks.js";
import type { Answer, Question } from "./messages.js";
import { Verifier } from "./verifier.js";

let verifier: Verifier | undefined;

// One question at a time: the chain check of a segment needs the verdict on the one before it.
let queue: Promise<void> = Promise.resolve();

self.addEventListener("message", (event: MessageEvent<{ id: number; question: Question }>) => {
  const { id, question } = event.data;
  queue = queue.then(async () => {
    let answer: Answer;
    try {
      answer = await answerTo(question);
    } catch (error) {
      answer = { verdict: "fault", message: String(error) };
    }
    const transfer = answer.verdict === "good" && answer.bytes ? [answer.bytes.buffer] : [];
    self.postMessage({ id, answer }, { transfer });
  });
});

async function answerTo(question: Question): Promise<Answer> {
  const started = performance.now();
  const settle = (checked: Checked<unknown>, given: Pick<Answer & { verdict: "good" }, "bytes" | "identity" | "facts">): Answer => {
    const milliseconds = performance.now() - started;
    return checked.failure ? { verdict: "bad", milliseconds, failure: checked.failure } : { verdict: "good", milliseconds, ...given };
  };

  if (question.kind === "open") {
    const opened = new Verifier(question.broadcast);
    const checked = await opened.open(question.certificate, question.pinnedIdentity);
    verifier = checked.ok ? opened : undefined;
    return settle(checked, checked.ok ? { identity: checked.ok.identity.bytes } : {});
  }

  if (!verifier) throw new Error("asked before the certificate was checked");
  if (question.kind === "record") {
    const checked = await verifier.record(question.record, question.slot);
    return settle(checked, checked.ok ? { facts: checked.ok } : {});
  }
  const { bytes, record, slot } = question;
  return question.kind === "init"
    ? settle(await verifier.init(question.name, bytes, record, slot), { bytes })
    : settle(await verifier.segment(bytes, record, slot, question.initName), { bytes });
}
