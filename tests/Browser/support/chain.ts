import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./freePort.js";
import { repository } from "./repository.js";
import { until } from "./until.js";

/** What a node says no with. */
export class NodeRefusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

interface Transaction {
  readonly to?: string;
  readonly data: string;
  readonly value?: string;
}

/** A real local Ethereum node with our contracts on it, a block each second: account 0 is the platform's, account 1 a broadcaster's, the others viewers'. */
export class LocalChain {
  readonly contracts = { anchor: "", ownership: "", tickets: "" };
  accounts: readonly string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "liveledger-chain-"));

  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<LocalChain> {
    const program = join(repository, "contracts/node_modules/@foundry-rs", process.arch === "arm64" ? "anvil-linux-arm64" : "anvil-linux-amd64", "bin/anvil");
    if (!existsSync(program)) throw new Error(`${program} is missing: npm ci in contracts/ puts it there`);
    const port = await freePort("127.0.0.1");
    const node = spawn(program, ["--host", "127.0.0.1", "--port", String(port), "--threads", "1", "--block-time", "1"], { stdio: "ignore" });
    const chain = new LocalChain(`http://127.0.0.1:${port}`, node);
    try {
      await until("the node", 30, () => chain.ask("eth_chainId").catch(() => undefined));
      chain.accounts = await chain.ask<string[]>("eth_accounts");
      chain.contracts.anchor = await chain.#deploy("CheckpointAnchor");
      chain.contracts.ownership = await chain.#deploy("BroadcastOwnership", chain.account(0));
      chain.contracts.tickets = await chain.#deploy("Tickets", chain.contracts.ownership, chain.contracts.anchor);
    } catch (error) {
      await chain.stop();
      throw error;
    }
    return chain;
  }

  account(number: number): string {
    return this.accounts[number] ?? "";
  }

  /** The server's settings for this chain: docs/operations/chain.md. */
  settings(confirmations: number, more: { readonly anchorEverySeconds?: number; readonly outageAfterSeconds?: number } = {}): Record<string, string> {
    const file = join(this.#folder, "chain.json");
    const { contracts } = this;
    writeFileSync(file, JSON.stringify({ chainId: 31337, nodes: [this.url], account: this.account(0), contracts, firstBlock: 0, confirmations, lookEveryMilliseconds: 100, ...more }));
    return { LIVELEDGER_CHAIN: file };
  }

  /** Asks the node. */
  async ask<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T> {
    const response = await fetch(this.url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
    const { result, error } = (await response.json()) as { result?: T; error?: { code: number; message: string } };
    if (error) throw new NodeRefusal(error.code, error.message);
    return result as T;
  }

  /** Sends from one of the node's accounts, and waits for the block. */
  async send(from: number, transaction: Transaction): Promise<{ contractAddress: string }> {
    const { to, data, value } = transaction;
    const hash = await this.ask<string>("eth_sendTransaction", { from: this.account(from), ...(to ? { to } : {}), data, value: value ?? "0x0" });
    const receipt = await until("a block", 20, () => this.ask<{ status: string; contractAddress: string } | null>("eth_getTransactionReceipt", hash));
    if (receipt.status !== "0x1") throw new Error(`${hash} was reverted`);
    return receipt;
  }

  /** What a transaction cost its sender beside its value. */
  async fee(hash: string): Promise<bigint> {
    const { gasUsed, effectiveGasPrice } = await this.ask<{ gasUsed: string; effectiveGasPrice: string }>("eth_getTransactionReceipt", hash);
    return BigInt(gasUsed) * BigInt(effectiveGasPrice);
  }

  async balance(account: number): Promise<bigint> {
    return BigInt(await this.ask<string>("eth_getBalance", this.account(account), "latest"));
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const gone = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill("SIGKILL");
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  // Arguments of our constructors are addresses, each a word of 32 bytes.
  async #deploy(contract: string, ...addresses: readonly string[]): Promise<string> {
    const { bytecode } = JSON.parse(readFileSync(join(repository, "contracts/published", `${contract}.json`), "utf8")) as { bytecode: string };
    return (await this.send(0, { data: bytecode + addresses.map((address) => address.slice(2).toLowerCase().padStart(64, "0")).join("") })).contractAddress;
  }
}
