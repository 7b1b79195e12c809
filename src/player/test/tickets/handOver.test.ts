import { describe, expect, it } from "vitest";
import { readPrepared } from "../../src/tickets/chainAnswers.js";
import { acceptData, handOverFaultOf, readOwnershipToken } from "../../src/tickets/handOver.js";
import { account, chainOf, contract } from "./sales.js";

const broadcast = "01a2".padEnd(32, "0");
const identity = `0x${"1d".repeat(32)}` as const;

describe("A hand-over", () => {
  const fault = (changes: object = {}) => {
    const prepared = readPrepared({ chainId: 31337, to: account, data: `0x84212a32${broadcast.padStart(64, "0")}${"1D".repeat(32)}`, value: "0x0", ...changes });
    return prepared && handOverFaultOf(prepared, chainOf(), broadcast, identity);
  };

  it("goes to the contract of ownership, for that broadcast and that key, and costs nothing", () => {
    expect(fault()).toBeUndefined();
    expect(fault({ chainId: 1 })).toBe("other-chain");
    expect(fault({ to: contract })).toBe("other-contract");
    for (const data of [acceptData("02".repeat(16), identity), acceptData(broadcast, `0x${"ab".repeat(32)}`), `${acceptData(broadcast, identity)}00`]) expect(fault({ data })).toBe("other-call");
    expect(fault({ value: "0x1" })).toBe("other-call");
  });

  it("is not begun for a token that cannot be read whole", () => {
    const token = { owner: account, controller: contract, identity };
    expect(readOwnershipToken({ ...token, contentRoot: null })).toEqual(token);
    for (const name of Object.keys(token)) expect(readOwnershipToken({ ...token, [name]: "0x12" }), name).toBeUndefined();
    expect(readOwnershipToken(undefined)).toBeUndefined();
  });
});
