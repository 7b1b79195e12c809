import type { ApiToken } from "../network/apiToken.js";
import { byId, setText } from "../page/elements.js";
import type { Problem, StudioApi } from "../studio/studioApi.js";
import { inWords } from "./problemWords.js";

/** Where a broadcaster signs in and out. */
export class SignIn {
  readonly #section = byId<HTMLElement>("sign-in");
  readonly #input = byId<HTMLInputElement>("token-input");
  readonly #problem = byId<HTMLElement>("sign-in-problem");
  readonly #account = byId<HTMLElement>("account");

  constructor(
    private readonly token: ApiToken,
    private readonly api: StudioApi,
    private readonly onSignedIn: () => void,
  ) {
    byId("sign-in-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#take();
    });
  }

  /** @param problem Why a token that was good is good no more. */
  show(problem?: Problem): void {
    this.token.drop();
    this.#account.hidden = true;
    byId<HTMLElement>("view").hidden = true;
    this.#section.hidden = false;
    this.#say(problem ? inWords(problem) : "");
    if (document.title !== "Sign in · LiveLedger Studio") document.title = "Sign in · LiveLedger Studio";
    this.#input.focus();
  }

  hide(): void {
    this.#section.hidden = true;
    this.#account.hidden = false;
    setText(byId("account-name"), this.token.claims?.account.slice(0, 60) ?? "");
  }

  async #take(): Promise<void> {
    const claims = this.token.take(this.#input.value);
    if (!claims) return this.#refuse("This is no token: it has three parts with dots between, and no spaces.");
    if (claims.role === "auditor") return this.#refuse("This is the token of an auditor. The Studio needs one of a broadcaster: ./liveledger token create --subject NAME makes it.");
    try {
      await this.api.get("/v1/broadcasts");
    } catch (error) {
      return this.#refuse(inWords(error));
    }
    // What was pasted does not stay in the page.
    this.#input.value = "";
    this.#say("");
    this.onSignedIn();
  }

  #refuse(text: string): void {
    this.token.drop();
    this.#say(text);
    this.#input.focus();
    this.#input.select();
  }

  #say(text: string): void {
    this.#problem.hidden = text === "";
    setText(this.#problem, text);
    if (text === "") this.#input.removeAttribute("aria-invalid");
    else this.#input.setAttribute("aria-invalid", "true");
  }
}
