import type { AuditSession } from "../auditing/auditSession.js";
import type { CheckName, VerifiedFalse } from "../auditing/failure.js";
import type { LogFindings } from "../auditing/logOpening.js";
import { toHex } from "../verify/bytes.js";
import type { CheckLine, Outcome } from "./checkList.js";
import { h } from "./dom.js";
import { count, counted, time } from "./format.js";
import { meaningOf } from "./wording.js";

const order: readonly CheckName[] = ["key", "signature", "witnesses", "history"];

/** The checks of the log as lines, up to the one that failed. */
export function logChecks({ verdict, found }: AuditSession): CheckLine[] {
  if (verdict.kind === "checking") return [];
  const failure = verdict.kind === "false" ? verdict.failure : undefined;
  const good: (CheckLine | undefined)[] = [keyLine(found), signatureLine(found), witnessLine(found), historyLine(found)];
  const lines: CheckLine[] = [];
  for (const [i, name] of order.entries()) {
    if (failure?.check === name) {
      lines.push(failedLine(name, failure));
      break;
    }
    const line = good[i];
    if (!line) break;
    lines.push(line);
  }
  return lines;
}

export function failedLine(name: CheckName, failure: VerifiedFalse): CheckLine {
  const { title, detail } = meaningOf(failure);
  return { name, outcome: "false", code: failure.code, title, detail: [detail] };
}

function keyLine({ key, trust, kept }: LogFindings): CheckLine | undefined {
  if (!key || !trust) return undefined;
  const line = (title: string, ...detail: (Node | string)[]): CheckLine => ({ name: "key", outcome: "good", title, detail });
  switch (trust.basis) {
    case "policy":
      return line("The log’s key is named in your policy", h("span", { class: "name" }, key.name));
    case "remembered":
      return line(`The log’s key is the one this browser has known since ${time(trust.since)}`, h("span", { class: "name" }, key.name));
    case "first-use":
      return { ...line(
        `The log’s key is new to this browser${kept ? ", and trusted from now on" : ""}`,
        `${kept ? "Trust on first use: nothing" : "Nothing"} vouches for it yet. Compare its fingerprint, below, with one that you were given another way.`,
      ), outcome: "none" };
  }
}

function signatureLine({ checkpoint }: LogFindings): CheckLine | undefined {
  return checkpoint && {
    name: "signature", outcome: "good", title: "The checkpoint is signed by that key",
    detail: [`${counted(checkpoint.size, "entry", "entries")}, root `, h("code", { title: toHex(checkpoint.root) }, `${toHex(checkpoint.root).slice(0, 16)}…`)],
  };
}

function witnessLine({ witnesses }: LogFindings): CheckLine | undefined {
  if (!witnesses) return undefined;
  const { lines, cosigned, policy } = witnesses;
  const line = (outcome: Outcome, title: string, detail: string): CheckLine => ({ name: "witnesses", outcome, title, detail: [detail] });
  if (!policy) {
    return lines.length === 0
      ? line("none", "No witness has cosigned it", "So nothing here shows that others are shown the same log. The history kept by this browser does so for this browser.")
      : line("none", `${counted(lines.length, "cosignature")}, not checked`, "Give a policy with the witnesses’ keys, below, to have them verified.");
  }
  const names = cosigned.map(({ witness, time: at }) => `${witness.name} (${time(1000 * at)})`).join(", ");
  const title = `${count(cosigned.length)} of ${counted(policy.witnesses.length, "witness", "witnesses")} of your policy cosigned it`;
  return policy.quorum === undefined
    ? line(cosigned.length > 0 ? "good" : "none", title, names || "Your policy requires none.")
    : line("good", `${title}: a quorum`, names);
}

function historyLine({ history, checkpoint, kept }: LogFindings): CheckLine | undefined {
  if (!history || !checkpoint) return undefined;
  const line = (title: string, detail: string, outcome: Outcome = "good"): CheckLine => ({ name: "history", outcome, title, detail: [detail] });
  switch (history.basis) {
    case "first-look":
      if (!kept) return line("First look, and this browser keeps nothing", "It forbids pages to store data, so no later visit can see whether anything was changed or removed.", "none");
      return line("First look: remembered from now on", "The next time, this browser will see whether anything was changed or removed.", "none");
    case "same":
      return line("It is the tree that this browser saw before", `${counted(history.size, "entry", "entries")}, on ${time(history.seenAt)}.`);
    case "extends":
      return line(
        `It extends what you saw on ${time(history.seenAt)}`,
        `Its first ${count(history.size)} entries are the same, and ${counted(checkpoint.size - history.size, "is new", "are new")}: shown by a consistency proof.`,
      );
  }
}
