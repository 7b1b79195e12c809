/** What a master playlist names: audio, and the video renditions from the least to the best. */
export function tracksIn(master: string, url: string): { audio: string; video: string[] } {
  const audio = /^#EXT-X-MEDIA:.*TYPE=AUDIO.*URI="([^"]+)"/m.exec(master)?.[1];
  const variants = [...master.matchAll(/^#EXT-X-STREAM-INF:.*?\bBANDWIDTH=(\d+).*\n(?!#)(.+)$/gm)].map(([, rate, path]) => ({ rate: Number(rate), path: path ?? "" }));
  if (!audio || variants.length === 0) throw new Error(`no audio or no video in ${master}`);
  return { audio: new URL(audio, url).href, video: variants.sort((a, b) => a.rate - b.rate).map(({ path }) => new URL(path, url).href) };
}

export interface Listed {
  readonly sequence: number;
  readonly url: string;
  readonly init: string;
  readonly milliseconds: number;
}

/** A media playlist's segments, and the key id that it named last. */
export function segmentsIn(list: string, url: string): { segments: Listed[]; keyId: string | undefined } {
  const segments: Listed[] = [];
  let sequence = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)/m.exec(list)?.[1] ?? 0);
  let [init, milliseconds] = ["", 0];
  let keyId: string | undefined;
  for (const line of list.split("\n")) {
    const map = /^#EXT-X-MAP:.*URI="([^"]+)"/.exec(line)?.[1];
    if (map) init = new URL(map, url).href;
    keyId = /^#EXT-X-KEY:.*KEYID=0x([0-9a-fA-F]{32})/.exec(line)?.[1] ?? keyId;
    const seconds = /^#EXTINF:([\d.]+)/.exec(line)?.[1];
    if (seconds) milliseconds = 1000 * Number(seconds);
    if (line !== "" && !line.startsWith("#")) segments.push({ sequence: sequence++, url: new URL(line, url).href, init, milliseconds });
  }
  return { segments, keyId };
}
