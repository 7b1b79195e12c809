import { afterEach, describe, expect, it } from "vitest";
import { proveChunkFraud, readFraudProof } from "../../src/peering/fraudProof.js";
import { readMessage, writeMessage } from "../../src/peering/messages.js";
import { newPeerKey } from "../../src/peering/peerKey.js";
import { linesOf, readReceipt, type Receipt, receiptBytes, writeReceipt } from "../../src/peering/receipts.js";
import { statementBytes } from "../../src/peering/statements.js";
import { type Bytes, toHex } from "../../src/verify/bytes.js";
import { leafHash } from "../../src/verify/merkle.js";
import { parseRecordFile } from "../../src/verify/segmentRecord.js";
import { hex, readVectors } from "../vectors.js";
import { admittedAt, random } from "./admitted.js";
import { bytesOfSegment, first, join, leaveAll, link, names, Origin, proved, readRecord, recordOf, soon, until } from "./linkedNodes.js";

afterEach(leaveAll);

describe("a peer", { timeout: 90_000 }, () => {
  it("proves the guilt of who signs for an altered chunk, to neighbours of its neighbours too; of who signs badly nothing is proved, and it is cut off all the same", async () => {
    const peer = "A".repeat(43);
    const facts = await readRecord(hex(recordOf(first).file), first);
    if (!facts) throw new Error("no facts");
    for (const signs of ["what it sends", "what it should send", "nothing"]) {
      const origin = new Origin();
      const key = await newPeerKey();
      const [liar, victim, next] = [await join(origin, { sub: peer }, key), await join(origin), await join(origin)];
      await liar.want(first, soon(100));
      const [toNext] = await link(victim, next);
      const [, end] = await link(liar, victim, async (message) => {
        const read = readMessage(message);
        if (read?.type !== "chunks") return [message];
        const chunks = read.chunks.map((chunk) => chunk.map((byte, at) => (at === 7 ? byte ^ 1 : byte)) as Bytes);
        const statements = await Promise.all(chunks.map(async (chunk, n) => {
          const index = read.first + n;
          if (signs === "nothing") return new Uint8Array(64);
          const leaf = signs === "what it sends" ? await leafHash(chunk) : facts.leaves.subarray(32 * index, 32 * index + 32);
          return key.sign(statementBytes(facts.recordHash, index, leaf));
        }));
        return [writeMessage({ ...read, chunks, statements })];
      });
      proved.length = 0;
      expect(end.isUp).toBe(true);
      expect(await victim.want(first, soon(10_000))).toEqual(bytesOfSegment(first));
      expect(victim.ends.map(({ why }) => why)).toEqual([{ offence: "bad-chunk" }]);
      // Whoever is sent a ping answers it behind what came before.
      await until(() => signs !== "what it sends" || next.frauds.convicted === 1);
      const isProved = signs === "what it sends" ? 1 : 0;
      expect([victim.frauds.convicted, next.frauds.convicted, next.frauds.refused]).toEqual([isProved, isProved, 0]);
      expect(proved).toEqual(isProved ? [{ by: victim, convicts: peer, isOurs: true }, { by: next, convicts: peer, isOurs: false }] : []);
      // Who heard of a proof has nothing to do with the peer any more; who did not, takes what is good from it.
      const again = await link(next, liar);
      await until(() => again[0].isUp || next.ends.length > 0);
      expect(again[0].isUp).toBe(!isProved);
      if (!isProved) continue;

      // The right is guilty under whichever key and with whichever admission, until one says that it was pardoned.
      const given = (iat: number, claims = {}) => ({ sub: peer, iat, nbf: iat, exp: iat + 600, ...claims });
      for (const claims of [given(admittedAt - 20), given(admittedAt + 20), given(admittedAt + 20, { pardoned: admittedAt - 1 })]) {
        expect((await link(await join(origin, claims), next))[1].isUp).toBe(false);
      }
      const later = given(admittedAt + 20, { pardoned: admittedAt });
      const fresh = await newPeerKey();
      const [, ours] = await link(await join(origin, later, fresh), next);
      expect(ours.isUp).toBe(true);
      // Nor is it by an older proof, of whoever hears of that only now.
      const leaf = await leafHash(random(16));
      const proofOf = async (token: string, signer: typeof key) =>
        (await proveChunkFraud(facts.file, facts.certificate, token, 0, leaf, await signer.sign(statementBytes(facts.recordHash, 0, leaf)))) ?? random(8);
      const stranger = await join(origin);
      const [, theirs] = await link(await join(origin, later), stranger);
      const [toStranger] = await link(await join(origin), stranger);
      toStranger.send({ type: "fraud", proof: await proofOf(end.otherToken, key) });
      await until(() => stranger.frauds.convicted === 1);
      expect(theirs.isUp).toBe(true);
      // If it lies again, by the key that it has now, that is a new proof.
      toNext.send({ type: "fraud", proof: await proofOf(ours.otherToken, fresh) });
      await until(() => next.frauds.convicted === 2);
      await until(() => !ours.isUp);
    }
  });

  it("gives receipts for what was good, and what it is given itself it can hand in", async () => {
    const [a, b] = [await join(new Origin()), await join(new Origin())];
    for (const name of names) await a.want(name, soon(100));
    const [, end] = await link(a, b);
    for (const name of names) await b.want(name, soon(20_000));
    // Nothing more comes: the last is said after a while.
    await until(() => a.service.taken > 0);
    end.leave(1);
    await until(() => a.neighbours === 0);
    const [receipt, ...rest] = a.service.collect(64);
    const read = receipt && readReceipt(receipt);
    expect(rest).toEqual([]);
    expect(read?.receipt).toMatchObject({ period: 1, totalBytes: b.counts.peers, totalChunks: b.counts.goodChunks });
    expect(read && [...linesOf(read.receipt)]).toEqual(names.map((name) => [name, Math.ceil(bytesOfSegment(name).length / 16_384)]));
    expect(a.service.collect(64)).toEqual([]);
    expect(b.service.collect(64)).toEqual([]);
  });

  it("cuts off who gives a receipt for more than it got, for less than before, for another link, or signs it badly", async () => {
    const key = await newPeerKey();
    type Change = (receipt: Receipt) => Partial<Receipt>;
    const cases: [string, Change][] = [
      ["more chunks", ({ runs }) => ({ runs: runs.map((run) => ({ ...run, chunks: run.chunks.map((chunks) => chunks + 1) })), totalChunks: 100 })],
      ["more in all", ({ totalChunks, totalBytes }) => ({ totalChunks: totalChunks + 1, totalBytes: totalBytes + 16_384 })],
      ["more bytes in all", ({ totalBytes }) => ({ totalBytes: totalBytes + 1 })],
      ["a segment that was not sent", ({ runs }) => ({ runs: runs.map((run) => ({ ...run, first: run.first + 10 })) })],
      ["another link", () => ({ link: random(32) })],
      ["another sender", () => ({ sender: random(32) })],
      ["another broadcast", () => ({ broadcast: random(16) })],
      ["itself as somebody else", () => ({ receiver: random(32) })],
      ["nothing but a signature", () => ({})],
    ];
    await Promise.all(cases.map(async ([what, change]) => {
      const [a, b] = [await join(new Origin()), await join(new Origin(), {}, key)];
      await a.want(first, soon(100));
      await link(b, a, async (message) => {
        const read = readMessage(message);
        const signed = read?.type === "receipt" ? readReceipt(read.receipt) : undefined;
        if (!signed) return [message];
        const written = writeReceipt({ ...signed.receipt, ...change(signed.receipt) });
        const signature = what === "nothing but a signature" ? random(64) : await key.sign(receiptBytes(written));
        return [writeMessage({ type: "receipt", receipt: new Uint8Array([...written, ...signature]) })];
      });
      await b.want(first, soon(20_000));
      await until(() => a.ends.length > 0);
      expect(a.ends[0]?.why, what).toEqual({ offence: "bad-receipt" });
      expect(a.service.taken).toBe(0);
    }));
  });

  it("proves it of a publisher that shows its neighbour another version of a segment, and tells the others", async () => {
    const [, second] = names;
    if (!second) throw new Error("no second segment");
    // Signed by the broadcaster too, with another duration; the leaves are the same.
    const twice = readVectors<{ cases: { name: string; proof: string }[] }>("fraud.json").cases.find(({ name }) => name === "of a slot signed twice");
    const proof = twice && (await readFraudProof(hex(twice.proof)));
    const file = hex(recordOf(second).file);
    const parsed = await parseRecordFile(file);
    if (proof?.kind !== "equivocation" || !parsed) throw new Error("no proof");
    const other = toHex(proof.record) === toHex(parsed.item) ? proof.otherRecord : proof.record;
    const twin = new Uint8Array([...other, ...file.subarray(parsed.item.length)]);
    const lied = new Origin();
    lied.record = async () => twin;

    const [a, b, c] = [await join(new Origin()), await join(lied), await join(new Origin())];
    await link(b, c);
    for (const node of [a, b]) await node.want(second, soon(100));
    proved.length = 0;
    await link(a, b);
    await until(() => proved.some(({ by }) => by === c) && proved.some(({ by }) => by === a));
    expect(new Set(proved.map(({ convicts }) => convicts))).toEqual(new Set(["publisher"]));
    // Nobody of them is to blame: they go on.
    expect([a.neighbours, b.neighbours, c.neighbours]).toEqual([1, 2, 1]);
    expect(proved.filter(({ by }) => by === c)).toHaveLength(1);
  });

  it("believes no accusation that proves nothing, and looks at four of a neighbour at once", async () => {
    const [accuser, a, b] = [await join(new Origin()), await join(new Origin()), await join(new Origin())];
    await link(a, b);
    const [mine] = await link(accuser, a);
    const good = readVectors<{ cases: { name: string; expected: string; proof: string }[] }>("fraud.json").cases.filter(({ expected }) => expected !== "peer" && expected !== "publisher");
    expect(good.length).toBeGreaterThan(20);
    for (const { proof } of good) if (proof.length > 0 && proof.length <= 24_576) mine.send({ type: "fraud", proof: hex(proof) });
    const asked = performance.now();
    mine.send({ type: "ping", token: 1n });
    await until(() => a.frauds.refused >= 4);
    expect(a.frauds).toMatchObject({ convicted: 0, refused: 4 });
    expect(performance.now() - asked).toBeLessThan(5000);
    expect([a.neighbours, b.neighbours, a.ends.length, b.frauds.refused]).toEqual([2, 1, 0, 0]);
  });
});
