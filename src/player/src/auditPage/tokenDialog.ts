import type { ApiToken } from "../network/apiToken.js";
import { byId, setText } from "../page/elements.js";
import { time } from "./format.js";

/** Where a token is pasted and forgotten. */
export class TokenDialog {
  readonly #dialog = byId<HTMLDialogElement>("token-dialog");
  readonly #input = byId<HTMLInputElement>("token-input");
  readonly #problem = byId<HTMLElement>("token-problem");

  constructor(
    private readonly token: ApiToken,
    private readonly onChange: () => void,
  ) {
    byId("token-button").addEventListener("click", () => this.open());
    byId("token-cancel").addEventListener("click", () => this.#dialog.close());
    byId("token-drop").addEventListener("click", () => {
      token.drop();
      this.#changed();
    });
    byId("token-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take();
    });
    // What was pasted does not stay in the page after the dialog is closed.
    this.#dialog.addEventListener("close", () => (this.#input.value = ""));
    this.update();
  }

  open(): void {
    this.#problem.hidden = true;
    this.update();
    this.#dialog.showModal();
    this.#input.focus();
  }

  update(): void {
    const { claims } = this.token;
    setText(byId("token-state"), claims ? roleName(claims.role) : "No token");
    byId<HTMLElement>("token-button").dataset["has"] = String(claims !== undefined);
    byId<HTMLElement>("token-drop").hidden = !claims;
    const now = byId<HTMLElement>("token-now");
    now.hidden = !claims;
    setText(now, claims ? `In use: ${roleName(claims.role)}${claims.account ? ` ${claims.account}` : ""}${claims.expires ? `, until ${time(claims.expires)}` : ""}, as the token itself says.` : "");
  }

  #take(): void {
    const claims = this.token.take(this.#input.value);
    this.#problem.hidden = claims !== undefined;
    setText(this.#problem, claims ? "" : "This is no token: it has three parts with dots between, and no spaces.");
    if (claims) this.#changed();
    else this.#input.focus();
  }

  #changed(): void {
    this.#dialog.close();
    this.update();
    this.onChange();
  }
}

function roleName(role: string): string {
  return role === "" ? "Token" : role.charAt(0).toUpperCase() + role.slice(1, 32);
}
