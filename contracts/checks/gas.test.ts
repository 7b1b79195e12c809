import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TransactionReceipt } from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import { solidity } from "../scripts/publish.mjs";
import { deepProof, entryOf, hex } from "./support/log.js";
import { claimDeadline, ends, price, Stage, starts, token, zero } from "./support/stage.js";

const page = fileURLToPath(new URL("../../docs/operations/gas.md", import.meta.url));
/** The same program measures the same; a salt or an address of other bytes makes some difference. */
const tolerance = 0.03;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage?.chain.stop());

it("the table of gas is what is measured (npm run gas writes it)", async () => {
  const measured = await measure();
  if (process.env["LIVELEDGER_WRITE_GAS"]) writeFileSync(page, withTable(readFileSync(page, "utf8"), measured));
  const written = [...readFileSync(page, "utf8").matchAll(/^\| (.+?) +\| +([\d,]+) \|$/gm)].map((row) => [row[1]!, Number(row[2]!.replaceAll(",", ""))] as const);
  expect(written.map(([what]) => what)).toEqual(measured.map(([what]) => what));
  for (const [i, [what, gas]] of written.entries()) {
    expect(Math.abs(measured[i]![1] / gas - 1), `${what}: ${gas} is written, ${measured[i]![1]} measured`).toBeLessThan(tolerance);
  }
});

function withTable(text: string, rows: [string, number][]): string {
  const width = Math.max(...rows.map(([what]) => what.length));
  const table = [`| ${"what".padEnd(width)} | gas |`, `|${"-".repeat(width + 2)}|---:|`, ...rows.map(([what, gas]) => `| ${what.padEnd(width)} | ${gas.toLocaleString("en")} |`)];
  return text.replace(/(?<=<!-- npm run gas -->\n)[^]*?(?=\n<!-- end -->)/, table.join("\n"));
}

/** Whole transactions: with what every one costs, and its data. */
async function measure(): Promise<[string, number][]> {
  const { chain, people, anchor, ownership, tickets, log } = stage;
  const rows: [string, number][] = [];
  const note = (what: string, receipt: TransactionReceipt) => rows.push([what, Number(receipt.gasUsed)]);
  note("deploy CheckpointAnchor", stage.receipts["anchor"]!);
  note("deploy BroadcastOwnership", stage.receipts["ownership"]!);
  note("deploy Tickets", stage.receipts["tickets"]!);

  note("`register` a broadcast, with a royalty", stage.receipts["register"]!);
  note("`seal` its content", await chain.send(people.platform, ownership, "seal", [token, `0x${"5e".repeat(32)}`]));
  await chain.send(people.broadcaster, ownership, "transferFrom", [people.broadcaster.address, people.bob.address, token]);
  note("`acceptHandOver` by a new owner", await chain.send(people.bob, ownership, "acceptHandOver", [token, `0x${"b2".repeat(32)}`]));
  await chain.send(people.bob, ownership, "transferFrom", [people.bob.address, people.broadcaster.address, token]);

  const currency = (await chain.deploy(people.platform, solidity({ HonestCurrency: "test/support/Currencies.sol" })["HonestCurrency"]!)).contract;
  await chain.send(people.platform, currency, "give", [people.alice.address, 10n * price]);
  await chain.send(people.platform, currency, "give", [people.platform.address, price]);
  await chain.send(people.alice, currency, "approve", [tickets.address, 10n * price]);

  note("`createSale`, two payees", await chain.send(people.broadcaster, tickets, "createSale", [stage.terms({ transferFee: 500 }), stage.payees]));
  await chain.send(people.broadcaster, tickets, "createSale", [stage.terms({ currency: currency.address }), stage.payees]);
  await chain.send(people.broadcaster, tickets, "createSale", [stage.terms(), stage.payees]);
  await chain.send(people.relayer, tickets, "buy", [1n], price);
  note("`buy` with the chain's coin", await chain.send(people.alice, tickets, "buy", [1n], price));
  await chain.send(people.alice, tickets, "buy", [2n]);
  note("`buy` with an ERC-20", await chain.send(people.alice, tickets, "buy", [2n]));
  await chain.send(people.relayer, tickets, "redeem", await stage.voucher(1n, people.bob, 1n), price);
  note("`redeem` a voucher", await chain.send(people.relayer, tickets, "redeem", await stage.voucher(1n, people.bob, 2n), price));
  note("`payTransferFee`, two payees", await chain.send(people.alice, tickets, "payTransferFee", [2n], price / 20n));
  note("transfer of a ticket", await chain.send(people.alice, tickets, "transferFrom", [people.alice.address, people.relayer.address, 2n]));
  await chain.send(people.alice, tickets, "buy", [3n], price);
  await chain.send(people.alice, tickets, "buy", [3n], price);
  await chain.send(people.broadcaster, tickets, "cancel", [3n]);
  note("`refund`", await chain.send(people.alice, tickets, "refund", [7n, people.alice.address]));

  // A log of a thousand entries, with what this sale needs among them.
  for (let i = 0; i < 500; i++) log.append(Buffer.from(`what others logged ${i}`));
  const start = stage.appendStart();
  const session = stage.appendSession(2n, starts + 10n);
  note("`submit` a first checkpoint", await stage.submit());
  for (let i = 0; i < 500; i++) log.append(Buffer.from(`what others logged then ${i}`));
  const outage = stage.appendOutage(starts + 1_000n, starts + 2_000n);
  await chain.at(starts + 100n);
  note("`submit` a next one", await stage.submit());
  note("`submit` the same again", await stage.submit());
  note("`proveStart`, log of 1,003 entries", await chain.send(people.bob, tickets, "proveStart", [1n, log.inclusion(start)]));
  await chain.at(ends + 1n);
  note("`claimOutages`, one gap, log of 1,003 entries", await chain.send(people.relayer, tickets, "claimOutages", [2n, log.inclusion(session), [outage()], people.relayer.address]));
  await chain.at(claimDeadline + 1n);
  note("`settle`, two payees", await chain.send(people.relayer, tickets, "settle", [1n]));
  note("`withdraw` of the chain's coin", await chain.send(people.first, tickets, "withdraw", [zero, people.first.address]));

  // An entry as long as those above. A view costs nothing when it is asked; this is what a contract pays for it, as a transaction.
  const entry = entryOf(`broadcast/${token.toString(16).padStart(32, "0")}`, "broadcast-started", starts);
  const other = `0x${"22".repeat(32)}`;
  for (const levels of [10, 20, 30]) {
    const { size, index, path, root } = deepProof(entry, levels);
    await chain.send(people.platform, anchor, "submit", [other, size, root]);
    const args = [people.platform.address, other, size, index, hex(entry), path];
    expect(await chain.read(anchor, "proves", args)).toBe(true);
    note(`\`proves\` in a log of 2^${levels} entries`, await chain.send(people.bob, anchor, "proves", args));
  }
  return rows;
}
