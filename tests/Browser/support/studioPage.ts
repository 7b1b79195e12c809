import type { Page } from "playwright-core";
import { Browser } from "./chromium.js";
import { SigningKey } from "./cose.js";
import { LiveServer } from "./liveServer.js";
import { until } from "./until.js";

/** A broadcaster, or an operator, at the Studio of a real server. */
export class Studio {
  readonly complaints: string[] = [];

  private constructor(readonly server: LiveServer, readonly page: Page, readonly token: string) {
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(error.message));
  }

  static async open(server: LiveServer, browser: Browser, account: string): Promise<Studio> {
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
    const { token } = await server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, { subject: account, role: "broadcaster", lifetimeSeconds: 3600 });
    return Studio.openAs(server, browser, token);
  }

  static async openAs(server: LiveServer, browser: Browser, token: string): Promise<Studio> {
    const studio = new Studio(server, await browser.page(), token);
    await studio.page.goto(`${server.url}/studio`);
    return studio;
  }

  async signIn(heading = "Your broadcasts"): Promise<void> {
    await this.page.fill("#token-input", this.token);
    await this.page.click("#sign-in-button");
    await this.page.getByRole("heading", { name: heading }).waitFor();
  }

  /** Creates a broadcast in the page, which then shows it; gives its id. */
  async create(title: string, seconds = ""): Promise<string> {
    await this.page.fill("#new-title", title);
    await this.page.fill("#new-period", seconds);
    await this.page.click("#create");
    await this.page.getByRole("heading", { level: 1, name: title }).waitFor();
    return this.page.url().slice(-32);
  }

  /** Makes a certificate as the command line does, elsewhere, and chooses it in the page. */
  async certify(id: string, identity = new SigningKey(crypto.getRandomValues(new Uint8Array(32)))): Promise<void> {
    const { sessionKey } = await this.server.ask<{ sessionKey: string }>("GET", `/v1/broadcasts/${id}`, this.token);
    const now = Math.floor(Date.now() / 1000);
    const certificate = identity.certify(Buffer.from(id, "hex"), Buffer.from(sessionKey, "base64url"), { notBefore: now - 60, notAfter: now + 86_400 });
    await this.choose("signer.cose", certificate);
    await this.untilState("Ready to start");
  }

  /** Chooses a file where a certificate is asked for. */
  async choose(name: string, buffer: Buffer): Promise<void> {
    if (!(await this.page.isVisible("#certificate"))) await this.page.click("text=I have a certificate file");
    await this.page.setInputFiles("#certificate", { name, mimeType: "application/octet-stream", buffer });
  }

  /** Presses a button that copies, and gives what was copied. */
  async copied(what: string): Promise<string> {
    // That it was copied is said until something else is: the clipboard alone still knows when it is asked.
    await this.page.evaluate(() => navigator.clipboard.writeText(""));
    await this.page.click(`button[aria-label="Copy ${what}"]`);
    return until(`a copy of ${what}`, 15, () => this.page.evaluate(() => navigator.clipboard.readText()));
  }

  async untilState(word: string): Promise<void> {
    await until(`the state ${word}`, 15, async () => (await this.page.textContent("#state")) === word);
  }

  async untilSaid(selector: string, text: string | RegExp, seconds = 15): Promise<void> {
    await until(`${String(text)} in ${selector}`, seconds, async () => {
      const said = (await this.page.locator(selector).allInnerTexts()).join("\n");
      return typeof text === "string" ? said.includes(text) : text.test(said);
    });
  }

  async figure(name: string): Promise<number> {
    return Number((await this.page.textContent(`[data-figure="${name}"]`))?.replaceAll(",", ""));
  }
}

/** Texts that stand out from their background less than WCAG 2.2 AA (1.4.3) asks for, as the page stands. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
    const over = (colours: string[]): number[] => {
      canvas.clearRect(0, 0, 1, 1);
      for (const colour of colours) {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb: number[]): number => {
      const [r = 0, g = 0, b = 0] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      if (!own || !element.checkVisibility() || element.matches(":disabled, :disabled *, script, option, .visually-hidden, noscript *")) continue;
      const behind: string[] = [];
      for (let at: Element | null = element; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
      const style = getComputedStyle(element);
      const [light = 0, dark = 0] = [luminance(over(behind)), luminance(over([...behind, style.color]))].sort((a, b) => b - a);
      const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)}: ${element.textContent?.slice(0, 40)}`);
    }
    return faint;
  });
}
