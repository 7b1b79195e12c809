// What our contracts say, read by viem with the published ABI and nothing of LiveLedger's: tickets, sales, tokens and anchors, as JSON. A third party's view, to be
// compared with the platform's.   node readers/view.mjs NODE ANCHOR OWNERSHIP TICKETS [TO_BLOCK]
import { readFileSync } from "node:fs";
import { createPublicClient, http, parseEventLogs, zeroAddress } from "viem";

const [node, anchor, ownership, tickets, last] = process.argv.slice(2);
const abi = (name) => JSON.parse(readFileSync(new URL(`../published/${name}.json`, import.meta.url), "utf8")).abi;
const client = createPublicClient({ transport: http(node) });
const toBlock = last ? BigInt(last) : "latest";

async function logs(address, name) {
  return parseEventLogs({ abi: abi(name), logs: await client.getLogs({ address, fromBlock: 0n, toBlock }), strict: true });
}

const hex = (value) => value.toLowerCase();
const view = { tickets: {}, sales: {}, tokens: {}, anchors: [] };
for (const { eventName, args } of await logs(anchor, "CheckpointAnchor")) {
  if (eventName === "CheckpointAnchored") view.anchors.push({ submitter: hex(args.submitter), size: Number(args.size), root: args.root });
}

for (const { eventName, args } of await logs(ownership, "BroadcastOwnership")) {
  const id = (token) => token.toString(16).padStart(32, "0");
  if (eventName === "BroadcastRegistered") view.tokens[id(args.token)] = { owner: hex(args.owner), controller: hex(args.owner), identity: args.identity, contentRoot: null };
  if (eventName === "Transfer" && args.from !== zeroAddress) view.tokens[id(args.tokenId)].owner = hex(args.to);
  if (eventName === "HandOverAccepted") Object.assign(view.tokens[id(args.token)], { controller: hex(args.owner), identity: args.identity });
  if (eventName === "ContentSealed") view.tokens[id(args.token)].contentRoot = args.root;
}

for (const { eventName, args } of await logs(tickets, "Tickets")) {
  const ticket = (number) => (view.tickets[number] ??= { holder: null, sale: null, face: null, paid: "0", standing: "held" });
  if (eventName === "SaleCreated") view.sales[args.sale] = { broadcast: args.broadcast.slice(2), state: "open" };
  if (eventName === "SaleStarted") view.sales[args.sale].state = "started";
  if (eventName === "SaleRefunding") view.sales[args.sale].state = "refunding";
  if (eventName === "SaleSettled") view.sales[args.sale].state = "settled";
  if (eventName === "TicketBought") Object.assign(ticket(args.ticket), { sale: Number(args.sale), face: args.face.toString() });
  if (eventName === "Transfer") Object.assign(ticket(args.tokenId), args.to === zeroAddress ? { holder: null, standing: "burned" } : { holder: hex(args.to), standing: "held" });
  if (eventName === "TicketRefunded") ticket(args.ticket).standing = "refunded";
  if (eventName === "OutagePaid") ticket(args.ticket).paid = (BigInt(ticket(args.ticket).paid) + args.amount).toString();
}

// And what the contract answers now agrees with what it said.
for (const [number, { holder, face }] of Object.entries(view.tickets)) {
  if (holder === null || toBlock !== "latest") continue;
  const read = (functionName) => client.readContract({ address: tickets, abi: abi("Tickets"), functionName, args: [BigInt(number)] });
  const [owner, facts] = await Promise.all([read("ownerOf"), read("ticketOf")]);
  if (hex(owner) !== holder || !facts.map(String).includes(face)) throw new Error(`ticket ${number} is not what its events say`);
}

console.log(JSON.stringify(view));
