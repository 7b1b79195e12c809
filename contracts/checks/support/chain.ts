import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
  createPublicClient, createTestClient, createWalletClient, http, type Abi, type Account, type Address, type Hex, type TransactionReceipt,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { anvil } from "viem/chains";
import { program } from "../../scripts/forge.mjs";
import { published } from "../../scripts/publish.mjs";

// What anvil's own accounts are made of.
const words = "test test test test test test test test test test test junk";

/** When the chain begins, so that every run is the same. */
export const genesis = 1_800_000_000n;

export type Contract = { address: Address; abi: Abi };

/** A node of our own, with time in our hands. */
export class Chain {
  private constructor(readonly url: string, private readonly stopNode: () => void) {}

  static async start(): Promise<Chain> {
    const node = spawn(program("anvil"), ["--port", "0", "--timestamp", String(genesis), "--hardfork", "prague", "--chain-id", "31337"], { stdio: ["ignore", "pipe", "inherit"] });
    const url = await new Promise<string>((resolve, reject) => {
      node.once("error", reject);
      node.once("exit", (code) => reject(new Error(`anvil ended with ${code}`)));
      createInterface({ input: node.stdout }).on("line", (line) => {
        const heard = /Listening on (127\.0\.0\.1:\d+)/.exec(line);
        if (heard) resolve(`http://${heard[1]}`);
      });
    });
    return new Chain(url, () => node.kill());
  }

  stop(): void {
    this.stopNode();
  }

  account(index: number): Account & { signTypedData: ReturnType<typeof mnemonicToAccount>["signTypedData"] } {
    return mnemonicToAccount(words, { addressIndex: index });
  }

  get reader() {
    return createPublicClient({ chain: anvil, transport: http(this.url), pollingInterval: 20, cacheTime: 0 });
  }

  private writer(account: Account) {
    return createWalletClient({ chain: anvil, transport: http(this.url), account });
  }

  /** Of the next block. */
  async at(seconds: bigint): Promise<void> {
    const time = createTestClient({ chain: anvil, mode: "anvil", transport: http(this.url) });
    await time.setNextBlockTimestamp({ timestamp: seconds });
    await time.mine({ blocks: 1 });
  }

  async deploy(from: Account, what: { abi: Abi; bytecode: Hex }, args: unknown[] = []): Promise<{ contract: Contract; receipt: TransactionReceipt }> {
    const hash = await this.writer(from).deployContract({ abi: what.abi, bytecode: what.bytecode, args });
    const receipt = await this.reader.waitForTransactionReceipt({ hash });
    return { contract: { address: receipt.contractAddress!, abi: what.abi }, receipt };
  }

  /** As the CLI deploys it. */
  deployPublished(from: Account, name: string, args: unknown[] = []) {
    return this.deploy(from, JSON.parse(published(name)), args);
  }

  /** Sends a transaction, be it to a view, and answers the receipt. One that would fail is not sent. */
  async send(from: Account, to: Contract, functionName: string, args: unknown[], value = 0n): Promise<TransactionReceipt> {
    await this.reader.simulateContract({ ...to, functionName, args, value, account: from });
    const hash = await this.writer(from).writeContract({ ...to, functionName, args, value });
    const receipt = await this.reader.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${functionName} was reverted`);
    return receipt;
  }

  read(from: Contract, functionName: string, args: unknown[] = []): Promise<unknown> {
    return this.reader.readContract({ ...from, functionName, args });
  }
}
