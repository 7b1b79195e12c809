// What the CLI deploys and third parties read with: published/NAME.json, from a fresh compilation by npm's solc alone, without
// forge. `npm run publish:contracts` writes them; a test compares.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const solc = createRequire(import.meta.url)("solc");
const folder = fileURLToPath(new URL("..", import.meta.url));
export const contracts = ["CheckpointAnchor", "BroadcastOwnership", "Tickets"];

/** As in foundry.toml: what is tested is what is published. */
const settings = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: "cancun",
  metadata: { bytecodeHash: "none", appendCBOR: false },
};

/**
 * Solidity by npm's solc alone.
 * @param {Record<string, string>} names contracts, each with its file in this folder
 * @returns {Record<string, { abi: import("viem").Abi, bytecode: `0x${string}`, deployed: number }>} `deployed` is the size in bytes on the chain
 */
export function solidity(names) {
  const read = (path) => readFileSync(`${folder}/${path.startsWith("@") ? `node_modules/${path}` : path}`, "utf8");
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(Object.values(names).map((path) => [path, { content: read(path) }])),
    settings: { ...settings, outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: (path) => ({ contents: read(path) }) }));
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  if (errors.length) throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
  return Object.fromEntries(Object.entries(names).map(([name, path]) => {
    const { abi, evm } = output.contracts[path][name];
    return [name, { abi, bytecode: `0x${evm.bytecode.object}`, deployed: evm.deployedBytecode.object.length / 2 }];
  }));
}

/**
 * Ours, compiled afresh: the text of each published file, and the contract's size on the chain.
 * @returns {Record<string, { text: string, deployed: number }>}
 */
export function compile() {
  const compiled = solidity(Object.fromEntries(contracts.map((name) => [name, `src/${name}.sol`])));
  return Object.fromEntries(contracts.map((name) => {
    const { abi, bytecode, deployed } = compiled[name];
    return [name, { text: `${JSON.stringify({ name, compiler: solc.version(), settings, abi, bytecode }, null, 1)}\n`, deployed }];
  }));
}

/**
 * The published file as it is.
 * @param {string} name
 */
export function published(name) {
  return readFileSync(`${folder}/published/${name}.json`, "utf8");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(`${folder}/published`, { recursive: true });
  for (const [name, { text, deployed }] of Object.entries(compile())) {
    writeFileSync(`${folder}/published/${name}.json`, text);
    console.log(`${name}: ${deployed.toLocaleString("en")} bytes deployed`);
  }
}
