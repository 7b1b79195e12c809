// Verifies .tlog-proof files with Sigstore's verifier: the checkpoint's signature, then the entry's place under its root.
// Takes a vkey and pairs of entry and proof as JSON on standard input; prints "ok" or the refusal for each.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import checkpoints from '@sigstore/verify/dist/tlog/checkpoint.js';
import merkle from '@sigstore/verify/dist/tlog/merkle.js';

const { vkey, proofs } = JSON.parse(readFileSync(0, 'utf8'));
// RFC 8410: the bytes that stand before an Ed25519 key in a SubjectPublicKeyInfo.
const spki = Buffer.from('302a300506032b6570032100', 'hex');
const [, name, id, key] = vkey.match(/^([^+]+)\+([0-9a-f]{8})\+(.+)$/);
const log = {
  // Sigstore looks for the signer's name in the log's address.
  baseURL: `https://${name}`,
  logID: Buffer.from(id, 'hex'),
  publicKey: createPublicKey({ key: Buffer.concat([spki, Buffer.from(key, 'base64').subarray(1)]), format: 'der', type: 'spki' }),
};

function verify({ entry, proof }) {
  const end = proof.indexOf('\n\n');
  const [header, index, ...hashes] = proof.slice(0, end).split('\n');
  if (header !== 'c2sp.org/tlog-proof@v1') return 'not a tlog-proof';
  const claim = {
    canonicalizedBody: Buffer.from(entry, 'base64'),
    inclusionProof: {
      logIndex: index.slice('index '.length),
      hashes: hashes.map((hash) => Buffer.from(hash, 'base64')),
      checkpoint: { envelope: proof.slice(end + 2) },
    },
  };
  try {
    merkle.verifyMerkleInclusion(claim, checkpoints.verifyCheckpoint(claim, [log]));
    return 'ok';
  } catch (refusal) {
    return refusal.message;
  }
}

process.stdout.write(JSON.stringify(proofs.map(verify)));
