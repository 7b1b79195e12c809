import { expect, it } from "vitest";
import { peace } from "./swarm/staging.js";

it("where nobody attacks all are in time, and nobody is cut off or left", async () => {
  expect(await peace()).toMatchObject({ playedBad: 0, cuts: 0, falselyCut: 0, falselyConvicted: 0, falselyLeft: 0 });
});
