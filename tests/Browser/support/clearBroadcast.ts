import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leavesOf, recordHash, SigningKey } from "./cose.js";

export interface ClearTrack {
  readonly name: string;
  readonly init: Buffer;
  readonly segments: readonly { readonly bytes: Buffer; readonly record: Buffer }[];
}

/** Seconds of a segment of the clear broadcast. */
export const segmentSeconds = 2;

/** A broadcast without encryption, signed by keys of the test's: for what the page does around playing. */
export class ClearBroadcast {
  readonly id = "0199aaaabbbb7ccc8ddd0123456789ab";
  readonly identity = new SigningKey(new Uint8Array(32).fill(11));
  readonly session = new SigningKey(new Uint8Array(32).fill(12));
  readonly certificate: Buffer;
  readonly tracks: readonly ClearTrack[];

  /** @param seconds Length; an even number. */
  constructor(seconds: number) {
    const now = Math.floor(Date.now() / 1000);
    const term = { notBefore: now - 3600, notAfter: now + 3600 };
    this.certificate = this.identity.certify(Buffer.from(this.id, "hex"), this.session.publicKey, term);
    const folder = mkdtempSync(join(tmpdir(), "liveledger-clear-"));
    try {
      encode(folder, seconds);
      this.tracks = ["v360", "v180", "a0"].map((name, i) => this.#sign(name, join(folder, String(i))));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  track(name: string): ClearTrack | undefined {
    return this.tracks.find((track) => track.name === name);
  }

  #sign(name: string, prefix: string): ClearTrack {
    const init = readFileSync(`${prefix}-init.mp4`);
    const folder = join(prefix, "..");
    const files = readdirSync(folder).filter((file) => file.startsWith(`${prefix.slice(folder.length + 1)}-`) && file.endsWith(".m4s")).sort();
    let previous: Buffer = Buffer.alloc(32);
    const segments = files.map((file, sequence) => {
      const bytes = readFileSync(join(folder, file));
      const record = this.session.record({
        broadcast: Buffer.from(this.id, "hex"), track: name, epoch: 0, sequence,
        decodeTime: sequence * segmentSeconds, timescale: 1, duration: segmentSeconds,
        initHash: createHash("sha256").update(init).digest(), keyId: Buffer.alloc(16), previous, sealedAt: Date.now(),
      }, bytes);
      previous = recordHash(record, leavesOf(bytes).length);
      return { bytes, record };
    });
    return { name, init, segments };
  }
}

function encode(folder: string, seconds: number): void {
  execFileSync("ffmpeg", [
    "-nostdin", "-loglevel", "error",
    "-f", "lavfi", "-i", `smptebars=size=640x360:rate=24:duration=${seconds}`,
    "-f", "lavfi", "-i", `sine=frequency=440:sample_rate=48000:duration=${seconds}`,
    "-filter_complex", "[0:v]split=2[a][b0];[b0]scale=320:180[b]", "-map", "[a]", "-map", "[b]", "-map", "1:a",
    "-c:v", "libx264", "-preset", "ultrafast", "-b:v:0", "600k", "-b:v:1", "200k", "-pix_fmt", "yuv420p",
    "-g", "48", "-keyint_min", "48", "-sc_threshold", "0", "-c:a", "aac", "-ac", "2", "-b:a", "96k",
    "-f", "dash", "-seg_duration", String(segmentSeconds), "-use_template", "1", "-use_timeline", "1",
    "-init_seg_name", "$RepresentationID$-init.mp4", "-media_seg_name", "$RepresentationID$-$Number%05d$.m4s",
    join(folder, "out.mpd"),
  ]);
}
