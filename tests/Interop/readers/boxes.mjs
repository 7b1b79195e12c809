// Reads ISO BMFF from standard input with mp4box.js and prints what it found as JSON.
import { readFileSync } from 'node:fs';
import { createFile, Log } from 'mp4box';

const complaints = [];
for (const level of ['warn', 'error']) {
  Log[level] = (module, message) => {
    // A file of several segments has several styp; this is the one thing it may say.
    if (!message.includes('multiple boxes of type styp')) complaints.push(`${level} ${module}: ${message}`);
  };
}

const bytes = readFileSync(0);
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
buffer.fileStart = 0;
const file = createFile(true);
file.appendBuffer(buffer, true);
file.flush();

const seen = [];
const unread = [];
function walk(box, path) {
  const name = `${path}/${box.type}`;
  seen.push(name);
  // senc cannot be read without the IV size of tenc, so mp4box.js keeps it whole; mdat has no structure.
  if (box.has_unparsed_data || box.constructor.name === 'BoxParser') unread.push(name);
  for (const child of [...(box.boxes ?? []), ...(box.entries ?? []).filter((entry) => entry.type)]) walk(child, name);
}
for (const box of file.boxes) walk(box, '');

const fragments = file.moofs.map((moof) => {
  const traf = moof.trafs[0];
  return {
    sequence: moof.mfhd.sequence_number,
    decodeTime: traf.tfdt.baseMediaDecodeTime,
    moofStart: moof.start,
    moofSize: moof.size,
    baseIsMoof: (traf.tfhd.flags & 0x20000) !== 0,
    runs: traf.truns.map((run) => ({ dataOffset: run.data_offset, sizes: run.sample_size })),
    auxiliaryOffset: traf.saio?.offset[0] ?? null,
    auxiliarySizes: traf.saiz
      ? traf.saiz.sample_info_size.length
        ? traf.saiz.sample_info_size
        : Array(traf.saiz.sample_count).fill(traf.saiz.default_sample_info_size)
      : null,
    sencStart: traf.senc?.start ?? null,
    sencSize: traf.senc?.size ?? null,
  };
});

const entry = file.moov.traks[0].mdia.minf.stbl.stsd.entries[0];
const sinf = entry.boxes.find((box) => box.type === 'sinf');
const tenc = sinf?.schi?.boxes.find((box) => box.type === 'tenc') ?? sinf?.schi?.tenc;
process.stdout.write(JSON.stringify({
  length: bytes.length,
  end: file.boxes.at(-1).start + file.boxes.at(-1).size,
  seen,
  unread,
  complaints,
  fragments,
  entry: entry.type,
  format: sinf?.frma?.data_format ?? null,
  scheme: sinf?.schm?.scheme_type ?? null,
  pattern: [tenc?.default_crypt_byte_block ?? 0, tenc?.default_skip_byte_block ?? 0],
  ivSize: tenc?.default_Per_Sample_IV_Size ?? null,
  keyId: tenc?.default_KID ?? null,
}));
