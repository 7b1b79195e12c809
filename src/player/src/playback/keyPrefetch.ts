import { toBase64Url } from "../verify/base64Url.js";
import type { LicensedPlayback } from "./licensedPlayback.js";

/** Class of the `EXT-X-DATERANGE` that announces keys (docs/formats/manifests.md#key-periods). */
const announcing = "urn:liveledger:next-keys:2026";

/** Key ids in an announcement at most: there is one for each class of track. */
const mostKids = 16;

/** A licence is out this long before its period at most (docs/licensing.md#when-a-key-is-due). */
const longestLead = 60;

/** Licences kept: of the period that plays, and of the next. */
const mostLicences = 2;

/** What a playlist says of keys to come, as far as it matters here. */
export interface Announcing {
  readonly dateRanges: Record<string, { readonly class: string; readonly startDate: Date; readonly attr: Record<string, string | undefined> } | undefined>;
  readonly fragments: readonly { readonly programDateTime: number | null; readonly duration: number }[];
}

/**
 * Asks for the keys of the next period before a segment needs them, each page at a moment of its own: a hundred thousand players that all
 * wait for the first segment of a period would ask in one second. What cannot be had so is asked for when it is needed, as by any player.
 */
export class KeyPrefetch {
  readonly #seen = new Set<string>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #licences: { readonly kids: ReadonlySet<string>; readonly url: string }[] = [];
  #over = false;
  /** Licences that came early, and those that were then needed; for the tests. */
  fetched = 0;
  used = 0;

  constructor(
    private readonly playback: LicensedPlayback,
    private readonly isPlaying: () => boolean,
    private readonly chance: () => number = Math.random,
  ) {}

  /** A playlist came. */
  listed(playlist: Announcing): void {
    const last = playlist.fragments.at(-1);
    if (this.#over || !last?.programDateTime) return;
    const edge = last.programDateTime + last.duration * 1000;
    for (const [id, range] of Object.entries(playlist.dateRanges)) {
      if (range?.class !== announcing || this.#seen.has(id)) continue;
      const kids = kidsOf(range.attr["X-KEYIDS"]);
      const wait = this.#wait(range.startDate.getTime() - edge, Number(range.attr["DURATION"]));
      if (!kids || wait === undefined) continue;
      this.#seen.add(id);
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        void this.#fetch(kids);
      }, wait);
      this.#timers.add(timer);
    }
  }

  /** Where a licence with this key can be read; undefined if there is none. */
  find(kid: string): string | undefined {
    const licence = this.#licences.find((kept) => kept.kids.has(kid));
    if (licence) this.used++;
    return licence?.url;
  }

  stop(): void {
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#drop(0);
  }

  /** Keys are out half a period early, for the last page a quarter: in that quarter. By what the playlist has come to, whatever the clock here says. */
  #wait(untilStart: number, seconds: number): number | undefined {
    if (!Number.isFinite(untilStart) || !(seconds > 0)) return undefined;
    const spread = Math.min(seconds / 2, longestLead) * 500;
    return Math.max(0, untilStart - spread * this.chance());
  }

  async #fetch(kids: readonly string[]): Promise<void> {
    if (this.#over || !this.isPlaying() || !this.playback.id) return;
    try {
      const response = await fetch("/v1/licences", { method: "POST", headers: this.playback.headers, body: this.playback.request(kids), credentials: "omit" });
      if (!response.ok) return;
      this.playback.opened(response.headers.get("Playback-Id"), response.headers.get("Decision-Id"));
      const licence = await response.text();
      if (this.#over) return;
      this.fetched++;
      // Only what it holds: what was left out, by tier or for now, is asked for when it is needed.
      this.#licences.push({ kids: new Set(givenBy(licence)), url: URL.createObjectURL(new Blob([licence])) });
      this.#drop(mostLicences);
    } catch {
      // Offline: asked for again when it is needed.
    }
  }

  #drop(left: number): void {
    for (const licence of this.#licences.splice(0, Math.max(0, this.#licences.length - left))) URL.revokeObjectURL(licence.url);
  }
}

/** The key ids of a ClearKey licence (W3C EME §9.1.4). */
function givenBy(licence: string): string[] {
  const { keys } = JSON.parse(licence) as { keys?: unknown };
  return Array.isArray(keys) ? keys.map((key: { kid?: unknown } | null) => key?.kid).filter((kid): kid is string => typeof kid === "string") : [];
}

/** Key ids as licence requests have them; undefined for anything but a list of hexadecimal ones. */
function kidsOf(list: string | undefined): string[] | undefined {
  const ids = list?.split(",") ?? [];
  if (ids.length === 0 || ids.length > mostKids || !ids.every((id) => /^[0-9a-f]{32}$/.test(id))) return undefined;
  return ids.map((id) => toBase64Url(Uint8Array.from(id.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))));
}
