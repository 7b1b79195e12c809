import { describe, expect, it } from "vitest";
import { compile, contracts, published } from "../scripts/publish.mjs";
import { forge } from "../scripts/forge.mjs";

// EIP-170.
const most = 24_576;
const fresh = compile();

describe.each(contracts)("%s", (name) => {
  it("is published as it compiles now (npm run publish:contracts)", () => {
    expect(fresh[name]!.text === published(name)).toBe(true);
  });

  it("is what forge tests, to the byte", () => {
    const { code, out } = forge(["inspect", name, "bytecode"]);
    expect(code).toBe(0);
    expect(JSON.parse(published(name)).bytecode).toBe(out.trim());
  });

  it("fits on a chain", () => {
    expect(fresh[name]!.deployed).toBeGreaterThan(1_000);
    expect(fresh[name]!.deployed).toBeLessThan(most);
  });
});
