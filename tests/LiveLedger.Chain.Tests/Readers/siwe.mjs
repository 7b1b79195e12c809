// viem writes, signs and reads sign-in messages.
import { answer, require } from './packages.mjs';

const { privateKeyToAccount } = require('viem/accounts');
const { createSiweMessage, parseSiweMessage } = require('viem/siwe');

const times = ['issuedAt', 'expirationTime', 'notBefore'];

const kinds = {
  // The address is the signer's, whatever was asked.
  write: async ({ key, fields }) => {
    const account = privateKeyToAccount(key);
    const dated = Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== null).map(([n, v]) => [n, times.includes(n) ? new Date(v) : v]));
    try {
      const message = createSiweMessage({ address: account.address, version: '1', ...dated });
      return { message, signature: await account.signMessage({ message }), refused: false };
    } catch {
      return { refused: true };
    }
  },
  sign: async ({ key, message }) => ({ message, signature: await privateKeyToAccount(key).signMessage({ message }), refused: false }),
  read: ({ message }) => ({ fields: parseSiweMessage(message) }),
};

await answer((asked) => Promise.all(asked.map((a) => kinds[a.kind](a))));
