import { fromHex, type Bytes } from "../verify/bytes.js";

/** A broadcast's name: 32 lower-case hexadecimal characters, 16 bytes in records. */
export interface Broadcast {
  readonly id: string;
  readonly bytes: Bytes;
}

/** Takes a broadcast's name out of `/watch/{broadcast}`. */
export function broadcastOfPage(pathname: string): Broadcast | undefined {
  const id = /^\/watch\/([0-9a-f]{32})\/?$/.exec(pathname)?.[1];
  const bytes = id && fromHex(id);
  return id && bytes ? { id, bytes } : undefined;
}

/** `/live/{broadcast}/{track}/{sequence}.m4s`, taken apart. */
export interface SegmentUrl {
  readonly track: string;
  readonly sequence: number;
  readonly recordUrl: string;
}

/**
 * Takes a segment's address apart. The playlist that named it is unsigned: an address outside this origin and broadcast
 * gives undefined, and is not loaded.
 */
export function parseSegmentUrl(url: string, broadcast: Broadcast, origin: string): SegmentUrl | undefined {
  const parsed = /^\/live\/([0-9a-f]{32})\/([A-Za-z0-9][A-Za-z0-9_-]{0,31})\/(0|[1-9][0-9]{0,9})\.m4s$/.exec(pathOf(url, origin) ?? "");
  if (!parsed || parsed[1] !== broadcast.id) return undefined;
  return {
    track: parsed[2] as string,
    sequence: Number(parsed[3]),
    recordUrl: `${origin}${pathOf(url, origin)?.replace(/m4s$/, "record")}`,
  };
}

/** `/live/{broadcast}/{track}/init.mp4` (epoch 0), `init-{epoch}.mp4` or `init-{epoch}-{key period}.mp4`, taken apart in the same way. */
export function parseInitUrl(url: string, broadcast: Broadcast, origin: string): { track: string; epoch: number } | undefined {
  const parsed = /^\/live\/([0-9a-f]{32})\/([A-Za-z0-9][A-Za-z0-9_-]{0,31})\/init(?:-([1-9][0-9]{0,9})|-(0|[1-9][0-9]{0,9})-[1-9][0-9]{0,19})?\.mp4$/.exec(pathOf(url, origin) ?? "");
  if (!parsed || parsed[1] !== broadcast.id) return undefined;
  return { track: parsed[2] as string, epoch: Number(parsed[3] ?? parsed[4] ?? 0) };
}

function pathOf(url: string, origin: string): string | undefined {
  try {
    const parsed = new URL(url, origin);
    return parsed.origin === origin && !parsed.search ? parsed.pathname : undefined;
  } catch {
    return undefined;
  }
}
