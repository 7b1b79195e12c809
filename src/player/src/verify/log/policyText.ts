import { parseVkey, type LogKey, logKeyType, type WitnessKey, witnessKeyType } from "./vkey.js";
import { fromUtf8 } from "./utf8.js";

/** Longest policy read, in bytes. */
export const maxPolicyLength = 256 * 1024;

/** Most logs, witnesses and groups, of each. */
const maxEach = 256;

/** A witness that a policy knows, by the policy's own name for it. */
export interface PolicyWitness {
  readonly name: string;
  readonly key: WitnessKey;
}

/** A witness (its number, no members) or a group; a group comes after its members. */
export interface QuorumNode {
  readonly witness: number;
  readonly threshold: number;
  readonly members: readonly number[];
}

export interface PolicyText {
  readonly logs: readonly LogKey[];
  readonly witnesses: readonly PolicyWitness[];
  readonly nodes: readonly QuorumNode[];
  /** The node that has to be reached; undefined for `quorum none`. */
  readonly quorum: number | undefined;
}

/** Why a policy was refused; line 0 is the file as a whole. */
export interface PolicyProblem {
  readonly line: number;
  readonly reason: string;
}

/** Reads a policy file (C2SP tlog-policy, docs/formats/cosignatures.md) line by line. */
export async function parsePolicy(file: Uint8Array): Promise<PolicyText | PolicyProblem> {
  if (file.length > maxPolicyLength) return { line: 0, reason: `a policy has at most ${maxPolicyLength} bytes` };
  const parser = new Parser();
  // Names are octets, whatever they mean as text: here each octet is one character.
  for (const [i, line] of octets(file).split("\n").entries()) {
    const reason = await parser.read(line);
    if (reason) return { line: i + 1, reason };
  }
  return parser.finish() ?? { line: 0, reason: "there is no quorum line" };
}

class Parser {
  readonly #logs: LogKey[] = [];
  readonly #witnesses: PolicyWitness[] = [];
  readonly #nodes: QuorumNode[] = [];
  readonly #names = new Map<string, number>();
  readonly #members = new Set<number>();
  readonly #keys = { log: new Set<string>(), witness: new Set<string>() };
  #groups = 0;
  #quorum: { node: number | undefined } | undefined;

  async read(line: string): Promise<string | undefined> {
    // tlog-policy, "Character set": tab and newline are the only control characters.
    if (/[\0-\x08\n-\x1f\x7f]/.test(line)) return "a control character";
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    const [kind = "#", first = "", second = ""] = words;
    if (kind.startsWith("#")) return undefined;
    switch (kind) {
      case "log":
        return words.length === 2 || words.length === 3 ? this.#log(first, words[2]) : "a log line is: log VKEY [URL]";
      case "witness":
        return words.length === 3 || words.length === 4 ? this.#witness(first, second, words[3]) : "a witness line is: witness NAME VKEY [URL]";
      case "group":
        return words.length >= 4 ? this.#group(first, second, words.slice(3)) : "a group line is: group NAME all|any|K MEMBER...";
      case "quorum":
        return words.length === 2 ? this.#readQuorum(first) : "a quorum line is: quorum NAME|none";
      default:
        return "a line begins with log, witness, group, quorum or #";
    }
  }

  finish(): PolicyText | undefined {
    return this.#quorum && { logs: this.#logs, witnesses: this.#witnesses, nodes: this.#nodes, quorum: this.#quorum.node };
  }

  async #log(vkey: string, url: string | undefined): Promise<string | undefined> {
    const key = await parseVkey(text(vkey) ?? "", logKeyType);
    if (!key) return "not an Ed25519 key of a log (type 0x01)";
    if (url !== undefined && text(url) === undefined) return "the URL is not UTF-8";
    if (!addNew(this.#keys.log, key.key.bytes)) return "two logs with one key";
    return this.#logs.push(key) > maxEach ? `more than ${maxEach} logs` : undefined;
  }

  async #witness(name: string, vkey: string, url: string | undefined): Promise<string | undefined> {
    // A key of type 0x06 (ML-DSA-44) cannot be verified here, and a witness that never counts would quietly weaken or block the quorum.
    const key = await parseVkey(text(vkey) ?? "", witnessKeyType);
    if (!key) return "not an Ed25519 key of a witness (type 0x04)";
    if (url !== undefined && text(url) === undefined) return "the URL is not UTF-8";
    if (!addNew(this.#keys.witness, key.key.bytes)) return "two witnesses with one key";
    const problem = this.#define(name, { witness: this.#witnesses.length, threshold: 0, members: [] });
    if (problem) return problem;
    return this.#witnesses.push({ name: text(name) ?? name, key }) > maxEach ? `more than ${maxEach} witnesses` : undefined;
  }

  #group(name: string, rule: string, names: readonly string[]): string | undefined {
    if (++this.#groups > maxEach) return `more than ${maxEach} groups`;
    const members: number[] = [];
    for (const member of names) {
      const node = this.#names.get(member);
      if (node === undefined) return "a member of a group is a witness or group of a line above";
      // tlog-policy: each name is a member at most once, so that a witness counts in one way only.
      if (this.#members.has(node)) return "a name is a member of two groups, or twice of one";
      this.#members.add(node);
      members.push(node);
    }
    const threshold = rule === "all" ? members.length : rule === "any" ? 1 : /^[1-9][0-9]{0,3}$/.test(rule) ? Number(rule) : 0;
    if (threshold < 1 || threshold > members.length) return `a group of ${members.length} needs all, any, or a number from 1 to ${members.length}`;
    return this.#define(name, { witness: -1, threshold, members });
  }

  #readQuorum(name: string): string | undefined {
    if (this.#quorum) return "a second quorum line";
    const node = this.#names.get(name);
    if (name !== "none" && node === undefined) return "the quorum is a witness or group of a line above, or none";
    this.#quorum = { node };
    return undefined;
  }

  #define(name: string, node: QuorumNode): string | undefined {
    if (name === "none") return "the name none is taken";
    if (this.#names.has(name)) return "a name is defined twice";
    this.#names.set(name, this.#nodes.push(node) - 1);
    return undefined;
  }
}

function octets(bytes: Uint8Array): string {
  let all = "";
  for (const byte of bytes) all += String.fromCharCode(byte);
  return all;
}

/** vkeys and URLs are text; a name need not be. */
function text(word: string): string | undefined {
  return fromUtf8(Uint8Array.from(word, (octet) => octet.charCodeAt(0)));
}

/** False if it was there. */
function addNew(keys: Set<string>, key: Uint8Array): boolean {
  const before = keys.size;
  return keys.add(key.join()).size > before;
}
