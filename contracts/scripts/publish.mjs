// What the CLI deploys and third parties read with: published/NAME.json, from a fresh compilation by npm's solc alone, without
// forge. `npm run publish:contracts` writes them; a test compares.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
export const contracts = ["CheckpointAnchor", "BroadcastOwnership", "Tickets"];

/** As in foundry.toml: what is tested is what is published. */
const settings = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: "cancun",
  metadata: { bytecodeHash: "none", appendCBOR: false },
};

/** Compiles afresh; {name: {published, deployed}} with the text of the file and the size in bytes once deployed. */
export function compile() {
  const solc = createRequire(import.meta.url)("solc");
  const read = (path) => readFileSync(`${folder}/${path.startsWith("@") ? `node_modules/${path}` : path}`, "utf8");
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(contracts.map((name) => [`src/${name}.sol`, { content: read(`src/${name}.sol`) }])),
    settings: { ...settings, outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: (path) => ({ contents: read(path) }) }));
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  if (errors.length) throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
  return Object.fromEntries(contracts.map((name) => {
    const { abi, evm } = output.contracts[`src/${name}.sol`][name];
    const file = { name, compiler: solc.version(), settings, abi, bytecode: `0x${evm.bytecode.object}` };
    return [name, { published: `${JSON.stringify(file, null, 1)}\n`, deployed: evm.deployedBytecode.object.length / 2 }];
  }));
}

export function published(name) {
  return readFileSync(`${folder}/published/${name}.json`, "utf8");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(`${folder}/published`, { recursive: true });
  for (const [name, { published: text, deployed }] of Object.entries(compile())) {
    writeFileSync(`${folder}/published/${name}.json`, text);
    console.log(`${name}: ${deployed.toLocaleString("en")} bytes deployed`);
  }
}
