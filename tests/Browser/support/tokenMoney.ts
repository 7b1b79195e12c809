import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LocalChain } from "./chain.js";
import { repository } from "./repository.js";

const selectors = { give: "f00388f7", balanceOf: "70a08231", allowance: "dd62ed3e", approve: "095ea7b3" } as const;

type Solidity = (names: Record<string, string>) => Record<string, { bytecode: string } | undefined>;

/** An ERC-20 on a test's own chain, of OpenZeppelin's making: TestMoney.sol, with six decimals. */
export class TokenMoney {
  private constructor(
    private readonly chain: LocalChain,
    readonly address: string,
  ) {}

  static async deploy(chain: LocalChain): Promise<TokenMoney> {
    const { solidity } = (await import(pathToFileURL(join(repository, "contracts/scripts/publish.mjs")).href)) as { solidity: Solidity };
    const { bytecode } = solidity({ TestMoney: "../tests/Browser/support/TestMoney.sol" })["TestMoney"] ?? {};
    if (!bytecode) throw new Error("TestMoney.sol was not compiled");
    return new TokenMoney(chain, (await chain.send(0, { data: bytecode })).contractAddress);
  }

  async give(account: number, amount: bigint): Promise<void> {
    await this.chain.send(0, { to: this.address, data: `0x${selectors.give}${words(this.chain.account(account), amount)}` });
  }

  async balance(account: number): Promise<bigint> {
    return this.#ask(selectors.balanceOf + words(this.chain.account(account)));
  }

  /** How much a contract may take from an account. */
  async allowance(account: number, contract: string): Promise<bigint> {
    return this.#ask(selectors.allowance + words(this.chain.account(account), contract));
  }

  /** Calldata that has a contract allowed an amount. */
  static approval(contract: string, amount: bigint): string {
    return `0x${selectors.approve}${words(contract, amount)}`;
  }

  async #ask(data: string): Promise<bigint> {
    return BigInt(await this.chain.ask<string>("eth_call", { to: this.address, data: `0x${data}` }, "latest"));
  }
}

function words(...values: readonly (string | bigint)[]): string {
  return values.map((value) => BigInt(value).toString(16).padStart(64, "0")).join("");
}
