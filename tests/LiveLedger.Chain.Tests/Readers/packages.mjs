// The packages are those of contracts/; this folder has none of its own.
import { createRequire } from 'node:module';

export const require = createRequire(new URL('../../../contracts/package.json', import.meta.url));

/** Answers the JSON on stdin with JSON on stdout. */
export async function answer(of) {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) text += part;
  const asked = JSON.parse(text);
  process.stdout.write(JSON.stringify(await of(asked)));
}
