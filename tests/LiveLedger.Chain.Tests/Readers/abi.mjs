// ethers' ABI: writes calls, answers and logs from their Solidity signatures.
import { answer, require } from './packages.mjs';

const { AbiCoder, Interface } = require('ethers');

const kinds = {
  call: ({ signature, values }) => {
    const abi = new Interface([`function ${signature}`]);
    return { topics: [], data: abi.encodeFunctionData(abi.fragments[0], values) };
  },
  event: ({ signature, values }) => {
    const abi = new Interface([`event ${signature}`]);
    return abi.encodeEventLog(abi.fragments[0], values);
  },
  error: ({ signature, values }) => {
    const abi = new Interface([`error ${signature}`]);
    return { topics: [], data: abi.encodeErrorResult(abi.fragments[0], values) };
  },
  tuple: ({ signature, values }) => {
    const abi = new Interface([`function f${signature}`]);
    return { topics: [], data: AbiCoder.defaultAbiCoder().encode(abi.fragments[0].inputs, values) };
  },
};

await answer((asked) => asked.map((a) => kinds[a.kind](a)));
