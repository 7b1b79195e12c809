// ethers signs hashes and recovers signers.
import { answer, require } from './packages.mjs';

const { Signature, SigningKey, computeAddress, recoverAddress } = require('ethers');

const kinds = {
  sign: ({ key, hash }) => ({ signature: new SigningKey(key).sign(hash).serialized, signer: computeAddress(key) }),
  publicKey: ({ key }) => ({ publicKey: SigningKey.computePublicKey(key, false) }),
  recover: ({ hash, signature }) => {
    try {
      return { signature, signer: recoverAddress(hash, Signature.from(signature)) };
    } catch {
      return { signature, signer: null };
    }
  },
};

await answer((asked) => asked.map((a) => kinds[a.kind](a)));
