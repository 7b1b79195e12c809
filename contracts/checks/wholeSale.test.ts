import { Interface, JsonRpcProvider, Contract as EthersContract } from "ethers";
import { encodeAbiParameters, keccak256, type Hex } from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import { published } from "../scripts/publish.mjs";
import { claimDeadline, ends, origin, price, Stage, starts, token, zero } from "./support/stage.js";

/** On a real node, from the published files, by viem; and read again by ethers. */
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage?.chain.stop());

it("a sale goes from its first ticket to the payees' money", async () => {
  const { chain, tickets, people, log } = stage;
  await chain.send(people.broadcaster, tickets, "createSale", [stage.terms(), stage.payees]);
  await chain.send(people.alice, tickets, "buy", [1n], price);
  const [voucher, signature] = await stage.voucher(1n, people.bob, 1_000n, price / 2n);
  await chain.send(people.relayer, tickets, "redeem", [voucher, signature], price / 2n);
  expect(await chain.read(tickets, "ownerOf", [1n])).toBe(people.alice.address);
  expect(await chain.read(tickets, "ownerOf", [2n])).toBe(people.bob.address);
  await expect(chain.send(people.relayer, tickets, "redeem", [voucher, signature], price / 2n)).rejects.toThrow("NonceUsed");
  expect(await chain.read(tickets, "escrowOf", [1n])).toBe(price + price / 2n);

  for (let i = 0; i < 6; i++) log.append(Buffer.from(`what others logged ${i}`));
  const start = stage.appendStart();
  const session = stage.appendSession(1n, starts + 10n);
  await chain.at(starts + 100n);
  await stage.submit();
  await expect(chain.send(people.bob, tickets, "proveStart", [1n, { ...log.inclusion(start), index: 3n }])).rejects.toThrow("NotInTheLog");
  await chain.send(people.bob, tickets, "proveStart", [1n, log.inclusion(start)]);
  expect(await chain.read(tickets, "stateOf", [1n])).toBe(2);

  const outage = stage.appendOutage(starts + 1_000n, starts + 2_000n);
  await chain.at(ends + 1n);
  await stage.submit();
  await expect(chain.send(people.bob, tickets, "claimOutages", [2n, log.inclusion(session), [outage()], people.bob.address])).rejects.toThrow("EntryDiffers");
  const before = await chain.reader.getBalance({ address: people.second.address });
  await chain.send(people.alice, tickets, "claimOutages", [1n, log.inclusion(session), [outage()], people.second.address]);
  expect(await chain.reader.getBalance({ address: people.second.address }) - before).toBe(price / 10n);

  await expect(chain.send(people.relayer, tickets, "settle", [1n])).rejects.toThrow("TooEarly");
  await chain.at(claimDeadline + 1n);
  await chain.send(people.relayer, tickets, "settle", [1n]);
  const proceeds = price + price / 2n - price / 10n;
  expect(await chain.read(tickets, "creditOf", [people.first.address, zero])).toBe(proceeds * 7n / 10n);
  await chain.send(people.first, tickets, "withdraw", [zero, people.relayer.address]);
  await chain.send(people.second, tickets, "withdraw", [zero, people.second.address]);
  expect(await chain.reader.getBalance({ address: tickets.address })).toBe(0n);
});

it("a sale that is cancelled gives everything back", async () => {
  const { chain, tickets, people } = stage;
  const now = (await chain.reader.getBlock()).timestamp;
  const later = { saleOpens: now, saleCloses: now + 2_000n, starts: now + 1_000n, startDeadline: now + 1_500n, ends: now + 2_000n, claimDeadline: now + 3_000n };
  await chain.send(people.broadcaster, tickets, "createSale", [stage.terms(later), stage.payees]);
  await chain.send(people.alice, tickets, "buy", [2n], price);
  await chain.send(people.alice, tickets, "transferFrom", [people.alice.address, people.bob.address, 3n]);
  await expect(chain.send(people.alice, tickets, "cancel", [2n])).rejects.toThrow("NotTheBroadcaster");
  await chain.send(people.broadcaster, tickets, "cancel", [2n]);
  await expect(chain.send(people.alice, tickets, "refund", [3n, people.alice.address])).rejects.toThrow("NotTheHolder");
  const before = await chain.reader.getBalance({ address: people.second.address });
  await chain.send(people.bob, tickets, "refund", [3n, people.second.address]);
  expect(await chain.reader.getBalance({ address: people.second.address }) - before).toBe(price);
  await expect(chain.send(people.bob, tickets, "refund", [3n, people.bob.address])).rejects.toThrow("ERC721NonexistentToken");
});

it("ethers reads the same events and facts by the published interface", async () => {
  const { chain, people } = stage;
  const provider = new JsonRpcProvider(chain.url, 31337, { staticNetwork: true });
  try {
    const abi = (name: string) => new Interface(JSON.parse(published(name)).abi);
    const heard: string[] = [];
    for (const [name, address] of [["CheckpointAnchor", stage.anchor.address], ["BroadcastOwnership", stage.ownership.address], ["Tickets", stage.tickets.address]] as const) {
      for (const log of await provider.getLogs({ address, fromBlock: 0 })) {
        const event = abi(name).parseLog(log);
        expect(event, `an event of ${name} that its interface does not name`).not.toBeNull();
        heard.push(event!.name);
      }
    }
    const count = (name: string) => heard.filter((one) => one === name).length;
    expect(["SaleCreated", "TicketBought", "VoucherRedeemed", "SaleStarted", "OutagePaid", "SaleSettled", "SaleRefunding", "TicketRefunded", "Withdrawn", "CheckpointAnchored",
      "BroadcastRegistered"].map((name) => [name, count(name)])).toEqual([["SaleCreated", 2], ["TicketBought", 3], ["VoucherRedeemed", 1], ["SaleStarted", 1], ["OutagePaid", 1],
      ["SaleSettled", 1], ["SaleRefunding", 1], ["TicketRefunded", 1], ["Withdrawn", 2], ["CheckpointAnchored", 2], ["BroadcastRegistered", 1]]);

    const ownership = new EthersContract(stage.ownership.address, abi("BroadcastOwnership"), provider);
    const facts = await ownership.getFunction("facts")(token);
    expect([...facts]).toEqual([`0x${token.toString(16).padStart(32, "0")}`, `0x${"a1".repeat(32)}`, `0x${"00".repeat(32)}`, people.broadcaster.address]);
    const tickets = new EthersContract(stage.tickets.address, abi("Tickets"), provider);
    expect((await tickets.getFunction("termsOf")(1n)).claimDeadline).toBe(claimDeadline);
    expect([...(await tickets.getFunction("ticketOf")(1n))]).toEqual([1n, price, price / 10n, (starts + 2_000n) * 1_000n]);
  } finally {
    provider.destroy();
  }
});

it("the roots stand in the storage where the format says, with a proof of it by the node", async () => {
  const { chain, anchor, people, log } = stage;
  const slotOf = (key: Hex, slot: Hex, type: "address" | "bytes32" | "uint64") => keccak256(encodeAbiParameters([{ type }, { type: "bytes32" }], [type === "uint64" ? BigInt(key) : key, slot]));
  const under = (slot: bigint) => slotOf(origin, slotOf(people.platform.address, `0x${slot.toString(16).padStart(64, "0")}`, "address"), "bytes32");
  const slot = slotOf(`0x${log.size.toString(16)}`, under(0n), "uint64");
  const proof = await chain.reader.getProof({ address: anchor.address, storageKeys: [slot, under(1n)] });
  expect(proof.storageProof[0]!.value).toBe(BigInt(log.root()));
  const time = (await chain.reader.getBlock({ blockNumber: await anchoredIn(log.size) })).timestamp;
  expect(proof.storageProof[1]!.value).toBe(log.size | (time << 64n));
});

async function anchoredIn(size: bigint): Promise<bigint> {
  const events = await stage.chain.reader.getContractEvents({ ...stage.anchor, fromBlock: 0n, eventName: "CheckpointAnchored" });
  return events.find((event) => (event as unknown as { args: { size: bigint } }).args.size === size)!.blockNumber;
}
