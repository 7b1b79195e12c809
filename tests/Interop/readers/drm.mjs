// Reads {boxes, media, mpd} from standard input: pssh boxes (base64) with mp4box.js, Widevine's message with protobufjs, manifests with
// m3u8-parser and mpd-parser. Prints what they found of DRMs as JSON.
import { readFileSync } from 'node:fs';
import { Parser } from 'm3u8-parser';
import { createFile } from 'mp4box';
import { parse } from 'mpd-parser';
import protobuf from 'protobufjs';

const { boxes, media, mpd } = JSON.parse(readFileSync(0, 'utf8'));
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// The public fields of Widevine's WidevinePsshData.
const message = protobuf.parse(`syntax = "proto2";
message WidevinePsshData {
  optional int32 algorithm = 1; repeated bytes key_ids = 2; optional string provider = 3; optional bytes content_id = 4;
  optional string policy = 6; optional uint32 crypto_period_index = 7; optional bytes grouped_license = 8; optional uint32 protection_scheme = 9;
}`, { keepCase: true }).root.lookupType('WidevinePsshData');

function box(text) {
  const bytes = Buffer.from(text, 'base64');
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  buffer.fileStart = 0;
  const file = createFile(true);
  file.appendBuffer(buffer, true);
  file.flush();
  const [read] = file.boxes;
  return { count: file.boxes.length, type: read.type, version: read.version, system: read.system_id, kids: read.kid ?? [], data: hex(read.protection_data ?? []) };
}

function widevine(text) {
  const data = Buffer.from(box(text).data, 'hex');
  const decoded = message.decode(data);
  // What comes out again is what went in: nothing was in it that the message does not know.
  const again = hex(message.encode(decoded).finish()) === hex(data);
  const scheme = Buffer.alloc(4);
  scheme.writeUInt32BE(decoded.protection_scheme);
  return { kids: decoded.key_ids.map(hex), scheme: scheme.toString('latin1'), again };
}

const parser = new Parser();
parser.push(media);
parser.end();
const hls = parser.manifest.contentProtection ?? {};
const { playlists } = parse(mpd, { manifestUri: 'http://origin/live/b/manifest.mpd' });
const dash = playlists[0].contentProtection ?? {};
process.stdout.write(JSON.stringify({
  boxes: boxes.map(box),
  widevine: widevine(boxes[0]),
  hls: {
    systems: Object.keys(hls),
    widevine: hls['com.widevine.alpha'] ? { keyId: hls['com.widevine.alpha'].attributes.keyId, pssh: hex(hls['com.widevine.alpha'].pssh) } : null,
    playready: hls['com.microsoft.playready']?.uri ?? null,
    fairplay: hls['com.apple.fps.1_0']?.attributes.URI ?? null,
    segments: parser.manifest.segments.length,
  },
  dash: Object.entries(dash).filter(([, value]) => value.pssh).map(([system, value]) => ({ system, pssh: hex(value.pssh) })),
}));
