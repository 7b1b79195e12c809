import type { AuditSession } from "../auditing/auditSession.js";
import { h } from "./dom.js";

/** Where a user gives the policy: which witnesses count. */
export class PolicyBox {
  readonly element: HTMLElement;

  constructor(session: AuditSession, afterLook: () => void) {
    const problem = h("p", { class: "form-problem", role: "alert", hidden: true });
    const text = h("textarea", {
      id: "policy", rows: "4", spellcheck: "false", autocomplete: "off", "aria-describedby": "policy-hint",
      placeholder: "witness NAME VKEY\ngroup all-of-them 2 NAME NAME NAME\nquorum all-of-them",
    });
    text.value = session.policyText;
    const use = async (policy: string): Promise<void> => {
      const found = await session.usePolicy(policy);
      problem.hidden = !found;
      if (!found) afterLook();
      problem.textContent = found ? (found.line === 0 ? `Not a policy: ${found.reason}.` : `Line ${found.line}: ${found.reason}.`) : "";
    };
    this.element = h("form", {
      class: "policy", onsubmit: (event) => {
        event.preventDefault();
        void use(text.value);
      },
    },
      h("label", { for: "policy", class: "fact-name" }, "Your policy"),
      h("p", { class: "hint", id: "policy-hint" }, "C2SP tlog-policy: the logs and witnesses that you trust, and how many of them it takes. Kept in this browser."),
      text, problem,
      h("div", { class: "actions" },
        h("button", { class: "button small" }, "Check by this policy"),
        h("button", {
          type: "button", class: "button plain small", onclick: () => {
            text.value = "";
            void use("");
          },
        }, "Use none")));
  }
}
