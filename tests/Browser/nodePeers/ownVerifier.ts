import type { Bytes } from "../../../src/player/src/verify/bytes.js";
import type { Checked } from "../../../src/player/src/verify/checks.js";
import type { VerifierClient } from "../../../src/player/src/worker/client.js";
import type { Answer, Question } from "../../../src/player/src/worker/messages.js";
import { Verifier } from "../../../src/player/src/worker/verifier.js";

/** The page's verifier, in this process instead of a worker: the same checks, one question after the other. */
export async function openVerifier(broadcast: Bytes, certificate: Bytes, identity: Bytes): Promise<VerifierClient> {
  const verifier = new Verifier(broadcast);
  const { failure } = await verifier.open(certificate, identity);
  if (failure) throw new Error(`the broadcast's certificate: ${failure.code}`);
  const answer = async (question: Question): Promise<Answer> => {
    const settled = (checked: Checked<unknown>, given: object): Answer => (checked.failure ? { verdict: "bad", milliseconds: 0, failure: checked.failure } : { verdict: "good", milliseconds: 0, ...given });
    if (question.kind === "open") throw new Error("opened already");
    const { record, slot } = question;
    if (question.kind === "record") {
      const checked = await verifier.record(record, slot);
      return settled(checked, checked.ok ? { facts: checked.ok } : {});
    }
    const { bytes } = question;
    return settled(question.kind === "init" ? await verifier.init(question.name, bytes, record, slot) : await verifier.segment(bytes, record, slot, question.initName), { bytes });
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask: (question: Question) => {
      const answered = last.then(() => answer(question));
      last = answered.catch(() => undefined);
      return answered;
    },
    close: () => undefined,
  } as unknown as VerifierClient;
}
