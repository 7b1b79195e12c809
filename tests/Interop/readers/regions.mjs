// Reads {file, addresses} from standard input and prints what mmdb-lib finds of each address in the file, as JSON.
import { readFileSync } from 'node:fs';
import { Reader } from 'mmdb-lib';

const { file, addresses } = JSON.parse(readFileSync(0, 'utf8'));
const reader = new Reader(readFileSync(file));
console.log(JSON.stringify({ countries: addresses.map((address) => reader.get(address)?.country_code ?? null) }));
