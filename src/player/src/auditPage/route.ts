import { type Filters, filterNames } from "../auditing/ledgerQuestions.js";
import { parseDecimal } from "../verify/log/checkpoint.js";
import type { Listing } from "./entryList.js";

/** What the address names: an entry, or a list. */
export type Route = { readonly kind: "entry"; readonly index: bigint } | Listing;

const maxFilter = 200;

/** Reads `#/entry/17`, `#/search?type=…`, `#/newest/250`; anything else is the newest entries. */
export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [kind, number = "", ...more] = path.split("/");
  const index = more.length === 0 ? parseDecimal(number) : undefined;
  if (kind === "entry" && index !== undefined) return { kind, index };
  if (kind === "newest" && index !== undefined && index > 0n) return { kind, before: index };
  if (kind !== "search") return { kind: "newest", before: undefined };
  const given = new URLSearchParams(query);
  const filters: Filters = {};
  for (const name of filterNames) {
    const value = given.get(name);
    if (value && value.length <= maxFilter) filters[name] = value;
  }
  return { kind, filters };
}
