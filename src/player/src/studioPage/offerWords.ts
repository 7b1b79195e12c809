import type { Terms, Window } from "../studio/answers.js";
import { wholeUnits } from "../studio/price.js";
import { time } from "../auditPage/format.js";

export function priceInWords(price: Terms["price"]): string {
  return price ? `${wholeUnits(price.amount, price.currency)} ${price.currency}` : "–";
}

/** The terms that set a bound, in a line. */
export function offerInWords(terms: Terms): string {
  const rights = [terms.live !== false && "live", terms.dvr !== false && "going back", terms.vod !== false && "after the end"].filter(Boolean);
  const said = [
    rights.length < 3 && `only ${rights.join(", ")}`,
    terms.maxTier && terms.maxTier !== "UHD" && `up to ${terms.maxTier}`,
    within("on sale", terms.sale),
    within("to watch", terms.viewing),
    terms.rentalSeconds !== undefined && `begun within ${span(terms.rentalSeconds)}`,
    terms.playbackSeconds !== undefined && `${span(terms.playbackSeconds)} from the first view`,
    terms.regions?.allowed && `only in ${terms.regions.allowed.join(", ")}`,
    terms.regions?.blocked && `not in ${terms.regions.blocked.join(", ")}`,
    terms.playbacks && `${terms.playbacks.max} at once${terms.playbacks.mode === "drop-oldest" ? ", the newest wins" : ""}`,
    terms.devices !== undefined && `${terms.devices} ${terms.devices === 1 ? "device" : "devices"}`,
    terms.peerSharing && terms.peerSharing !== "optional" && `peer sharing ${terms.peerSharing}`,
    terms.replayProtection && "replay protection",
  ].filter(Boolean).join("; ");
  return said === "" ? "Everything, no limits" : said.charAt(0).toUpperCase() + said.slice(1);
}

/** The largest unit that gives a whole number. */
export function unitOf(seconds: number): number {
  return [86_400, 3_600, 60].find((unit) => seconds % unit === 0) ?? 1;
}

export const units: readonly (readonly [number, string])[] = [[1, "seconds"], [60, "minutes"], [3_600, "hours"], [86_400, "days"]];

function span(seconds: number): string {
  const unit = unitOf(seconds);
  const name = units.find(([size]) => size === unit)?.[1] ?? "";
  return seconds === unit ? `1 ${name.slice(0, -1)}` : `${seconds / unit} ${name}`;
}

function within(what: string, window: Window | undefined): string | false {
  const [from, until] = [window?.from, window?.until];
  if (!from && !until) return false;
  return `${what}${from ? ` from ${time(Date.parse(from))}` : ""}${until ? ` until ${time(Date.parse(until))}` : ""}`;
}
