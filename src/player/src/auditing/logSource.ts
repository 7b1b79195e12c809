import { fetchBounded, HttpStatusError, TooLongError } from "../network/fetchBounded.js";
import type { Bytes } from "../verify/bytes.js";
import { maxNoteLength } from "../verify/log/note.js";
import { fullWidth, maxBundleLength, type Tile, tilePath } from "../verify/log/tiles.js";
import { CouldNotTell, VerifiedFalse } from "./failure.js";

const maxKeyLength = 1024;
const maxPredecessorLength = 256 * 1024;
const patience = 20_000;

/** Tiles kept: 256 of 8 kB, enough for any page of entries. */
const maxKept = 256;

/** The public addresses of a log (docs/formats/log.md). What they answer is bounded here and believed nowhere. */
export class LogSource {
  readonly #tiles = new Map<string, Promise<Bytes>>();

  /** @param prefix Where the log is, e.g. `/log`. */
  constructor(private readonly prefix: string) {}

  /** True from the first failed check on: what the browser's own cache holds is passed over, for it may be what is wrong. */
  distrustCache = false;

  /** Forgets what was read, so that it is asked for again. */
  forget(): void {
    this.#tiles.clear();
  }

  /** The line at /key, without its newline. */
  async key(): Promise<string> {
    const bytes = await this.#fetch("key", maxKeyLength, "no-store");
    return new TextDecoder().decode(bytes).replace(/\n$/, "");
  }

  checkpoint(): Promise<Bytes> {
    return this.#fetch("checkpoint", maxNoteLength, "no-store");
  }

  /** What is said of the log whose place this one took. */
  predecessor(): Promise<Bytes> {
    return this.#fetch("predecessor", maxPredecessorLength, "no-store");
  }

  /** The hashes of a tile, end to end, as many as its width. */
  async tile(tile: Tile): Promise<Bytes> {
    const path = tilePath(tile);
    const kept = this.#tiles.get(path);
    if (kept) return kept;
    const fetched = this.#fetch(path, 32 * fullWidth).then((bytes) => {
      if (bytes.length !== 32 * tile.width) throw new VerifiedFalse("path", "tree-altered", `${path} has ${bytes.length} bytes`);
      return bytes;
    });
    if (this.#tiles.size >= maxKept) this.#tiles.delete(this.#tiles.keys().next().value ?? "");
    this.#tiles.set(path, fetched);
    fetched.catch(() => this.#tiles.delete(path));
    return fetched;
  }

  bundle(index: bigint, width: number): Promise<Bytes> {
    return this.#fetch(tilePath({ level: "entries", index, width }), maxBundleLength);
  }

  async #fetch(path: string, limit: number, cache: RequestCache = this.distrustCache ? "reload" : "default"): Promise<Bytes> {
    try {
      return await fetchBounded(`${this.prefix}/${path}`, limit, { signal: AbortSignal.timeout(patience), cache });
    } catch (error) {
      if (error instanceof HttpStatusError && error.status === 404 && path === "checkpoint") {
        throw new CouldNotTell("The log has published no checkpoint yet. It does so within a second of its first event, or once enough witnesses have seen it.");
      }
      if (error instanceof HttpStatusError) throw new CouldNotTell(`The log answered ${error.status} when asked for ${path}.`);
      if (error instanceof TooLongError) throw new CouldNotTell(`The log sent more bytes for ${path} than it can have.`);
      throw new CouldNotTell(`The log did not answer when asked for ${path}.`);
    }
  }
}
