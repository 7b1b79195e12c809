import { expect, it } from "vitest";
import { lastOfFirstTier, levelsAbove } from "../src/playback/qualityTier.js";

const ladder = [180, 576, 577, 720, 1080, 1081, 2160].map((height) => ({ height }));

it("Levels above a ticket's tier are those with more lines than its class has, the highest first", () => {
  expect(levelsAbove("UHD", ladder)).toEqual([]);
  expect(levelsAbove("HD", ladder)).toEqual([6, 5]);
  expect(levelsAbove("SD", ladder)).toEqual([6, 5, 4, 3, 2]);
  expect(levelsAbove("AUDIO", ladder)).toEqual([6, 5, 4, 3, 2, 1, 0]);
  for (const none of [null, "", "8K"]) expect(levelsAbove(none, ladder)).toEqual([]);
});

it("Before a licence, a player keeps to the class of the lowest level; one without a size counts as SD", () => {
  expect(lastOfFirstTier(ladder)).toBe(1);
  expect(lastOfFirstTier(ladder.slice(2))).toBe(2);
  expect(lastOfFirstTier([{ height: 180 }, { height: 720 }, { height: 576 }])).toBe(0);
  expect(lastOfFirstTier([{ height: 180 }, { height: 576 }, { height: 0 }])).toBe(2);
  expect(levelsAbove("SD", [{ height: 0 }])).toEqual([]);
});
