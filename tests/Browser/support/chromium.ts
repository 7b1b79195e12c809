import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Browser as ManyBrowsers, type Page } from "playwright-core";

/** Debian's Chromium; another by LIVELEDGER_CHROMIUM. */
export const executablePath = process.env["LIVELEDGER_CHROMIUM"] ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync) ?? "chromium";

const quiet = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];
const freely = "no-user-gesture-required";
const many = { executablePath, headless: true, args: [...quiet, `--autoplay-policy=${freely}`] };

/**
 * A headless browser for several viewers, each of whom gets a context: connections to a server are counted for each, as for people at browsers of their own. In one
 * context the seventh page would wait for the others' connections that stay open.
 */
export function openForMany(other: { executablePath?: string; args?: readonly string[] } = {}): Promise<ManyBrowsers> {
  return chromium.launch({ ...many, ...other, args: [...many.args, ...(other.args ?? [])] });
}

/** One that can be killed, as by a power cut: it says goodbye to nobody. */
export async function openMortal(): Promise<{ browser: ManyBrowsers; kill(): Promise<void> }> {
  const server = await chromium.launchServer(many);
  return { browser: await chromium.connect(server.wsEndpoint()), kill: () => server.kill() };
}

/** A headless browser of its own with an empty profile. */
export class Browser {
  private constructor(
    readonly context: BrowserContext,
    private readonly profile: string,
  ) {}

  static async open(
    options: { colorScheme?: "light" | "dark"; width?: number; height?: number; autoplay?: boolean; touch?: boolean } = {},
  ): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), "liveledger-chromium-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      colorScheme: options.colorScheme ?? "light",
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      hasTouch: options.touch ?? false,
      args: [...quiet, `--autoplay-policy=${options.autoplay === false ? "document-user-activation-required" : freely}`],
    });
    return new Browser(context, profile);
  }

  page(): Promise<Page> {
    return this.context.newPage();
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
