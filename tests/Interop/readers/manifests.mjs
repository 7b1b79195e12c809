// Reads {hls, dash} from standard input with m3u8-parser and mpd-parser and prints what they found as JSON.
import { readFileSync } from 'node:fs';
import { Parser } from 'm3u8-parser';
import { parse } from 'mpd-parser';

const { master, media, mpd } = JSON.parse(readFileSync(0, 'utf8'));
function playlist(text) {
  const parser = new Parser();
  const warnings = [];
  parser.on('warn', (event) => warnings.push(event.message));
  parser.push(text);
  parser.end();
  return { ...parser.manifest, warnings };
}

const hls = playlist(media);
const variants = playlist(master);
const events = [];
const dash = parse(mpd, { manifestUri: 'http://origin/live/b/manifest.mpd', eventHandler: (event) => events.push(event.message) });
process.stdout.write(JSON.stringify({
  hls: {
    warnings: [...hls.warnings, ...variants.warnings],
    variants: variants.playlists.map((entry) => ({ uri: entry.uri, codecs: entry.attributes.CODECS })),
    first: hls.mediaSequence,
    discontinuity: hls.discontinuitySequence,
    ended: hls.endList === true,
    segments: hls.segments.map((segment) => ({
      uri: segment.uri,
      map: segment.map?.uri ?? null,
      seconds: segment.duration,
      breaks: segment.discontinuity === true,
    })),
  },
  dash: {
    events,
    // The parser's own endList is always true; a playlist's says what the MPD said.
    ended: dash.playlists.every((entry) => entry.endList === true),
    playlists: dash.playlists.map((entry) => ({
      name: entry.attributes.NAME,
      codecs: entry.attributes.CODECS,
      segments: entry.segments.map((segment) => ({
        uri: segment.resolvedUri,
        map: segment.map.resolvedUri,
        seconds: segment.duration,
        breaks: segment.discontinuity === true,
      })),
    })),
  },
}));
