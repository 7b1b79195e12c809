import { readdirSync, readFileSync } from "node:fs";
import type { Browser, CDPSession, Page, Worker } from "playwright-core";

/** What a page has had between it and its neighbours, by the type of the message: 5 is chunks. */
export interface Talk {
  readonly taken: Record<number, number>;
  readonly given: Record<number, number>;
  /** Bytes of chunks among type 5, without what is around them: that came, and that went. */
  readonly chunks: number;
  readonly chunksGiven: number;
  /** Bytes of what is stated of them. */
  readonly statements: number;
  readonly statementsGiven: number;
  /** Bytes of receipts handed in. */
  readonly filed: number;
  /** Bodies of HTTP answers, by what was asked for. */
  readonly http: { readonly records: number; readonly segments: number; readonly certificate: number; readonly recordHeaders: number };
}

/** Digests, checks of signatures, and signatures made, by WebCrypto. */
export interface Hashing {
  readonly digests: number;
  readonly bytes: number;
  readonly signatures: number;
  readonly signed: number;
}

/** What is done several times, to see what once takes: the checks, or what is signed; a statement is of a chunk that was hashed for it. */
export type Repeated = "checks" | "signing";

interface Meter {
  digests: number;
  bytes: number;
  signatures: number;
  signed: number;
  /** Each is done so many times more, and what comes of that thrown away. */
  extra: number;
  extraSigned: number;
}

/** For the page and its worker: counts what WebCrypto is asked, and asks more often if told to. */
function meter(): void {
  const counted: Meter = { digests: 0, bytes: 0, signatures: 0, signed: 0, extra: 0, extraSigned: 0 };
  const chunk = new Uint8Array(16_385);
  const { digest, sign, verify } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.digest = function (algorithm, data) {
    counted.digests++;
    counted.bytes += data.byteLength;
    for (let n = 0; n < counted.extra; n++) void digest.call(this, algorithm, data);
    return digest.call(this, algorithm, data);
  };
  SubtleCrypto.prototype.verify = function (...given: Parameters<SubtleCrypto["verify"]>) {
    counted.signatures++;
    // A page looks at what neighbours sign: receipts. Records are its worker's.
    for (let n = 0; n < counted.extra + counted.extraSigned; n++) void verify.apply(this, given);
    return verify.apply(this, given);
  };
  SubtleCrypto.prototype.sign = function (...given: Parameters<SubtleCrypto["sign"]>) {
    counted.signed++;
    for (let n = 0; n < counted.extraSigned; n++) {
      void digest.call(this, "SHA-256", chunk);
      void sign.apply(this, given);
    }
    return sign.apply(this, given);
  };
  Object.assign(globalThis, { counted });
}

/** For the page alone: counts what goes over its data channels, and what it hands in. */
function listen(): void {
  performance.setResourceTimingBufferSize(20_000);
  const talk = { taken: {} as Record<number, number>, given: {} as Record<number, number>, chunks: 0, chunksGiven: 0, statements: 0, statementsGiven: 0, filed: 0 };
  const add = (to: Record<number, number>, [chunks, statements]: ["chunks", "statements"] | ["chunksGiven", "statementsGiven"], message: Uint8Array) => {
    const type = message[0] ?? 0;
    to[type] = (to[type] ?? 0) + message.length;
    const view = new DataView(message.buffer, message.byteOffset);
    // docs/formats/peer-messages.md, 5: each chunk is behind its statement and its length.
    for (let at = 7; type === 5 && at + 66 <= message.length; at += 66 + view.getUint16(at + 64)) {
      talk[statements] += 64;
      talk[chunks] += view.getUint16(at + 64);
    }
  };
  const create = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (...given) {
    const channel = create.apply(this, given);
    const send = channel.send.bind(channel) as (message: Uint8Array) => void;
    channel.send = (message: unknown) => {
      add(talk.given, ["chunksGiven", "statementsGiven"], message as Uint8Array);
      send(message as Uint8Array);
    };
    channel.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => add(talk.taken, ["chunks", "statements"], new Uint8Array(data)));
    return channel;
  };
  const { fetch } = window;
  window.fetch = (input, init) => {
    if (String(input).endsWith("/v1/receipts")) talk.filed += (init?.body as Uint8Array | undefined)?.byteLength ?? 0;
    return fetch.call(window, input, init);
  };
  Object.assign(globalThis, { talk });
}

export async function instrument(page: Page): Promise<void> {
  await page.addInitScript(listen);
  await page.addInitScript(meter);
}

/** A page that plays, and what it costs its machine. */
export class ProofCosts {
  private constructor(
    private readonly page: Page,
    private readonly worker: Worker,
    private readonly machine: CDPSession,
    private readonly profiler: CDPSession,
    private readonly thread: string,
  ) {}

  static async of(browser: Browser, page: Page): Promise<ProofCosts> {
    const [worker] = page.workers().filter((one) => /\/player\/worker-/.test(one.url()));
    if (!worker) throw new Error(`no verifier among ${page.workers().map((one) => one.url()).join(", ")}`);
    await worker.evaluate(meter);
    const profiler = await page.context().newCDPSession(page);
    return new ProofCosts(page, worker, await browser.newBrowserCDPSession(), profiler, await threadOf(worker));
  }

  /** Processor seconds of the page's processes so far. */
  async processor(): Promise<number> {
    const { processInfo } = await this.machine.send("SystemInfo.getProcessInfo");
    return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  }

  /** Processor seconds of the verifier's thread so far. */
  verifier(): number {
    return secondsOf(this.thread);
  }

  async hashing(): Promise<Hashing> {
    const read = () => ({ ...(globalThis as unknown as { counted: Meter }).counted });
    const [here, there] = await Promise.all([this.page.evaluate(read), this.worker.evaluate(read)]);
    return { digests: here.digests + there.digests, bytes: here.bytes + there.bytes, signatures: here.signatures + there.signatures, signed: here.signed + there.signed };
  }

  /** Has each of these done so many times more: checks wherever they are made, signing on the page. */
  async repeat(of: Repeated, extra: number): Promise<void> {
    const set = ([of, extra]: [Repeated, number]): void => void ((globalThis as unknown as { counted: Meter }).counted[of === "checks" ? "extra" : "extraSigned"] = extra);
    const given: [Repeated, number] = [of, extra];
    await Promise.all([this.page.evaluate(set, given), of === "checks" && this.worker.evaluate(set, given)]);
  }

  talk(): Promise<Talk> {
    return this.page.evaluate(() => {
      const { talk } = globalThis as unknown as { talk: Omit<Talk, "http"> };
      const http = { records: 0, segments: 0, certificate: 0, recordHeaders: 0 };
      for (const { name, encodedBodySize, transferSize } of performance.getEntriesByType("resource") as PerformanceResourceTiming[]) {
        const { pathname } = new URL(name);
        if (pathname.endsWith(".record")) {
          http.records += encodedBodySize;
          http.recordHeaders += Math.max(0, transferSize - encodedBodySize);
        } else if (pathname.endsWith(".m4s")) http.segments += encodedBodySize;
        else if (pathname.endsWith("/signer")) http.certificate += encodedBodySize;
      }
      return { ...talk, http };
    });
  }

  /** Milliseconds a second that the page's own thread spends in what hashes, in what signs, and in what these call, seen by the profiler over so long. */
  async onPage(seconds: number): Promise<{ readonly hashing: number; readonly signing: number }> {
    await this.profiler.send("Profiler.enable");
    await this.profiler.send("Profiler.setSamplingInterval", { interval: 500 });
    await this.profiler.send("Profiler.start");
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    const { profile } = await this.profiler.send("Profiler.stop");
    await this.profiler.send("Profiler.disable");
    const own = new Map<number, number>();
    profile.samples?.forEach((id, n) => own.set(id, (own.get(id) ?? 0) + (profile.timeDeltas?.[n] ?? 0)));
    // Names are gone from what is served; what stands above WebCrypto's digest is known by that: leafHash calls sha256, and sha256 calls it.
    const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
    const named = (name: string) => profile.nodes.filter(({ callFrame }) => callFrame.functionName === name).map(({ id }) => id);
    const within = (method: "digest" | "sign", calls: number) => {
      const counted = new Set<number>(named(method));
      for (const id of named(`SubtleCrypto.${method}`)) for (let [node, up]: [number | undefined, number] = [id, 0]; node !== undefined && up < calls; [node, up] = [parents.get(node), up + 1]) counted.add(node);
      return [...counted].reduce((sum, id) => sum + (own.get(id) ?? 0), 0) / 1000 / seconds;
    };
    // A statement is put together one call further up.
    return { hashing: within("digest", 3), signing: within("sign", 4) };
  }
}

// All workers' threads have one name, so the verifier's is the one that has been busy when it was told to be.
async function threadOf(worker: Worker): Promise<string> {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((process) => {
    try {
      return readdirSync(`/proc/${process}/task`).map((task) => `/proc/${process}/task/${task}`).filter((task) => readFileSync(`${task}/comm`, "utf8").startsWith("DedicatedWorker"));
    } catch {
      return [];
    }
  });
  const before = all.map(secondsOf);
  await worker.evaluate(() => {
    for (const begun = performance.now(); performance.now() - begun < 600; );
  });
  const [busiest] = all.map((thread, n) => ({ thread, gained: secondsOf(thread) - (before[n] ?? 0) })).sort((a, b) => b.gained - a.gained);
  if (!busiest || busiest.gained < 0.2) throw new Error("no thread of the verifier was found");
  return busiest.thread;
}

/** Of a thread, from nanoseconds on a processor. */
function secondsOf(thread: string): number {
  return Number(readFileSync(`${thread}/schedstat`, "utf8").split(" ")[0]) / 1e9;
}
