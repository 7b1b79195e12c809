import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./freePort.js";
import type { LiveBroadcast, LiveServer } from "./liveServer.js";
import { repository } from "./repository.js";
import { until } from "./until.js";

/** A real `liveledger relay`, a process of its own, under a grant of the broadcaster's. */
export class RelayProcess {
  #said = "";
  #errors = "";

  private constructor(
    private readonly process: ChildProcess,
    private readonly state: string,
  ) {
    process.stdout?.on("data", (bytes: Buffer) => (this.#said = String(bytes)));
    process.stderr?.on("data", (bytes: Buffer) => (this.#errors += String(bytes)));
  }

  /** Starts it, and waits until it has joined the broadcast's swarm. */
  static async start(server: LiveServer, broadcast: LiveBroadcast, address: string): Promise<RelayProcess> {
    const origin = `http://${address}:${await freePort(address)}`;
    const token = await broadcast.grantRelay(origin);
    const state = mkdtempSync(join(tmpdir(), "liveledger-relay-"));
    const program = join(repository, "src/LiveLedger.Cli/bin/Release/net10.0/liveledger.dll");
    const relay = new RelayProcess(spawn("dotnet", [program, "relay", "--server", server.url, "--broadcast", broadcast.id, "--urls", origin, "--origin", origin, "--state", state, "--json"], {
      env: { ...process.env, LIVELEDGER_RELAY_TOKEN: token },
    }), state);
    try {
      await until("the relay in the swarm", 60, () => {
        if (relay.process.exitCode !== null) throw new Error("the relay ended");
        return relay.#said.includes('"joined":1');
      });
    } catch (error) {
      await relay.stop();
      throw new Error(`${String(error)}\n${relay.#said}\n${relay.#errors}`);
    }
    return relay;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const gone = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill("SIGKILL");
      await gone;
    }
    rmSync(this.state, { recursive: true, force: true });
  }
}
