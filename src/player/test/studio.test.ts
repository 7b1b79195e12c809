import { describe, expect, it } from "vitest";
import { withoutNulls } from "../src/studio/answers.js";
import { smallestUnits, wholeUnits } from "../src/studio/price.js";
import { ffmpegCommand, obsSettings } from "../src/studio/publisherCommands.js";
import { choices, typesInWords, typesOf } from "../src/studio/webhookTypes.js";

describe("A price", () => {
  it.each([["9.99", "EUR", 999], ["9,9", "EUR", 990], ["0", "EUR", 0], ["0.05", "USD", 5], ["1200", "JPY", 1200], ["1.234", "KWD", 1234]])("of %s %s is %i of the smallest unit, and back", (text, currency, amount) => {
    expect(smallestUnits(text, currency)).toBe(amount);
    expect(Number(wholeUnits(amount, currency))).toBe(Number(text.replace(",", ".")));
  });

  it.each([["9.999", "EUR"], ["1.5", "JPY"], ["", "EUR"], ["-1", "EUR"], ["1e3", "EUR"], ["1 000", "EUR"], [".5", "EUR"]])("is not read from %j %s", (text, currency) => {
    expect(smallestUnits(text, currency)).toBeUndefined();
  });
});

describe("What a publisher is given", () => {
  it("keeps a shell's hands off every value", () => {
    const command = ffmpegCommand("test", "http://h/ingest/x'$(touch y)/", "k'`k`");
    const outside = command.replaceAll("'\\''", "").replaceAll(/'[^']*'/g, "");
    expect(outside).not.toMatch(/[$`();&|<>]/);
  });

  it("says the same to OBS as to ffmpeg, in the form its options are read in", () => {
    const muxer = new Map(obsSettings("http://h/ingest/x/", "key")).get("Muxer settings") ?? "";
    expect(muxer).toContain("http_opts='headers=Authorization\\: Bearer key'");
    for (const option of muxer.replace(/ http_opts=.*/, "").split(" ")) {
      const [name = "", value = ""] = option.split(/=(.*)/s);
      expect(ffmpegCommand("file", "http://h/ingest/x/", "key").replaceAll("'", "")).toContain(`-${name} ${value}`);
    }
  });
});

describe("An answer", () => {
  it("says the same without its nulls", () => {
    expect(withoutNulls({ a: null, b: { c: null, d: 0 }, e: ["x"], f: false })).toEqual({ b: { d: 0 }, e: ["x"], f: false });
  });
});

describe("What a shop is told of", () => {
  it("is said in the words that it was chosen by, whichever order the types come in", () => {
    for (const [choice, words] of choices) expect(typesInWords([...typesOf(choice)].reverse())).toBe(words);
  });

  it("is said by its names where it is no choice of this page", () => expect(typesInWords(["licence.granted", "entitlement.granted"])).toBe("licence.granted, entitlement.granted"));
});
