// ethers' RLP: encodes nested arrays of hexadecimal text.
import { answer, require } from './packages.mjs';

const { encodeRlp } = require('ethers');

await answer((asked) => asked.map((item) => encodeRlp(item)));
