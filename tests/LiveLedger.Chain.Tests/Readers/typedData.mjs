// ethers and viem hash vouchers by EIP-712.
import { answer, require } from './packages.mjs';

const { TypedDataEncoder } = require('ethers');
const { hashTypedData } = require('viem');

const types = {
  Voucher: [
    { name: 'sale', type: 'uint256' },
    { name: 'buyer', type: 'address' },
    { name: 'currency', type: 'address' },
    { name: 'price', type: 'uint128' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint64' },
  ],
};

await answer((asked) => asked.map(({ chain, contract, message }) => {
  const domain = { name: 'LiveLedger Tickets', version: '1', chainId: BigInt(chain), verifyingContract: contract };
  const numbers = { ...message, sale: BigInt(message.sale), price: BigInt(message.price), nonce: BigInt(message.nonce), deadline: BigInt(message.deadline) };
  return {
    ethers: TypedDataEncoder.hash(domain, types, numbers),
    viem: hashTypedData({ domain, types, primaryType: 'Voucher', message: numbers }),
    separator: TypedDataEncoder.hashDomain(domain),
  };
}));
