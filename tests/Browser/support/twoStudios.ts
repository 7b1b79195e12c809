import type { LiveServer } from "./liveServer.js";
import { until } from "./until.js";

/** A real server's log of two broadcasters' nights, of sixteen entries each, and one of its own: by which formula standing is counted. */
export class TwoStudios {
  readonly tokens = { auditor: "", mine: "", other: "" };
  /** A broadcast of each broadcaster. */
  readonly broadcasts = { mine: "", other: "" };

  private constructor(private readonly server: LiveServer) {}

  static async open(server: LiveServer): Promise<TwoStudios> {
    const studios = new TwoStudios(server);
    const { tokens, broadcasts } = studios;
    const admit = async (subject: string, role: string) =>
      (await server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, { subject, role, lifetimeSeconds: 3600 })).token;
    Object.assign(tokens, { auditor: await admit("inspector", "auditor"), mine: await admit("studio", "broadcaster"), other: await admit("rival", "broadcaster") });
    for (const whose of ["mine", "other"] as const) {
      broadcasts[whose] = (await server.ask<{ id: string }>("POST", "/v1/broadcasts", tokens[whose], { title: "First night", scheme: "cbcs" })).id;
      for (let k = 0; k < 15; k++) await studios.entitle(`guest-${k}`, whose);
    }
    await studios.published(33);
    return studios;
  }

  /** One entry more. */
  async entitle(viewer: string, whose: "mine" | "other" = "mine"): Promise<void> {
    await this.server.ask("POST", `/v1/broadcasts/${this.broadcasts[whose]}/entitlements`, this.tokens[whose], { viewer });
  }

  /** Waits until so many entries stand in the signed log, and gives how many do. */
  published(size: number): Promise<number> {
    return until(`${size} entries published`, 10, async () => {
      const status = await this.server.ask<{ size: number }>("GET", "/v1/ledger/status", this.tokens.auditor);
      return status.size >= size ? status.size : undefined;
    });
  }
}
