import { describe, expect, it } from "vitest";
import { bitmapLength, setBit } from "../../src/peering/bitmap.js";
import { chunkSize, type HeldSegment, maxWanted } from "../../src/peering/messages.js";
import type { Action, ChunkSpan, WantedSegment } from "../../src/swarm/actions.js";
import { ChunkScheduler, type SchedulerSettings, usualSettings } from "../../src/swarm/chunkScheduler.js";
import { SeededRandom } from "../../src/swarm/random.js";

const segment = { track: 1n, epoch: 0, sequence: 7 };
const chunks = 40;
const wanted: WantedSegment = { segment, chunks, byteLength: chunks * chunkSize - 100, deadline: 10_000 };
const all: HeldSegment = { segment, chunks, holding: "all" };

function some(...held: number[]): HeldSegment {
  const bitmap = new Uint8Array(bitmapLength(chunks));
  for (const chunk of held) setBit(bitmap, chunk);
  return { segment, chunks, holding: "some", bitmap };
}

type Ask = Extract<Action, { type: "ask" }>;

const asksOf = (actions: readonly Action[]) => actions.filter((action): action is Ask => action.type === "ask");
const fetchesOf = (actions: readonly Action[]) => actions.filter((action) => action.type === "fetch");
const numbers = ({ first, count }: ChunkSpan) => Array.from({ length: count }, (_, n) => first + n);
const askedOf = (actions: readonly Action[]) => asksOf(actions).flatMap(({ span }) => numbers(span)).sort((a, b) => a - b);

/** A scheduler that wants the segment, with links to peers that have what they say. */
function meet(...peers: HeldSegment[][]): ChunkScheduler {
  return meetWith(usualSettings, ...peers);
}

function meetWith(settings: SchedulerSettings, ...peers: HeldSegment[][]): ChunkScheduler {
  const scheduler = new ChunkScheduler(new SeededRandom(3), 0, settings);
  scheduler.want(wanted, 0);
  peers.forEach((held, n) => {
    scheduler.linkUp(n + 1);
    scheduler.heard(n + 1, held);
  });
  return scheduler;
}

/** Answers what was asked, with good chunks. */
function answer(scheduler: ChunkScheduler, asks: readonly Ask[], now: number): void {
  for (const { link, request, span } of asks) for (const chunk of numbers(span)) scheduler.chunkFrom(link, request, chunk, chunkSize, true, now);
}

/** Asks and is answered until nothing more is asked: all peers are proved then. */
function settle(scheduler: ChunkScheduler, from = 0): number {
  for (let now = from; now < from + 1000; now += 20) {
    const asks = asksOf(scheduler.plan(now));
    if (asks.length === 0) return now;
    answer(scheduler, asks, now + 10);
  }
  throw new Error("it asks for ever");
}

describe("a chunk", () => {
  it("is asked of one peer only, and a segment of all who have it", () => {
    const scheduler = meet([all], [all], [all]);
    const first = scheduler.plan(0);
    expect(new Set(asksOf(first).map(({ link }) => link)).size).toBe(3);
    answer(scheduler, asksOf(first), 10);
    const second = scheduler.plan(20);
    expect(new Set(asksOf(second).map(({ link }) => link)).size).toBe(3);
    const asked = [...askedOf(first), ...askedOf(second)];
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("comes from whoever has it, until the segment is whole", () => {
    const scheduler = meet([some(...numbers({ first: 0, count: 20 }))], [some(...numbers({ first: 20, count: 20 }))]);
    settle(scheduler);
    expect(scheduler.progressOf(segment)?.isWhole).toBe(true);
  });

  it("is kept once, and one that differs from its record ends the link and is asked of another", () => {
    const scheduler = meet([all]);
    const [ask] = asksOf(scheduler.plan(0));
    if (!ask) throw new Error("nothing asked");
    const { first } = ask.span;
    expect(scheduler.chunkFrom(1, ask.request, first, chunkSize, false, 5)).toEqual({ keep: false, actions: [{ type: "cut", link: 1, offence: "bad-chunk" }] });
    // All of the segment, this chunk too, is asked of nobody now.
    expect(scheduler.progressOf(segment)?.open).toBe(chunks);
    scheduler.linkUp(2);
    scheduler.heard(2, [all]);
    expect(askedOf(scheduler.plan(10)).length).toBeGreaterThan(0);
    expect(scheduler.progressOf(segment)?.has(first)).toBe(false);
    expect(asksOf(scheduler.plan(20)).every(({ link }) => link !== 1)).toBe(true);
  });

  it("that nobody asked for ends the link: of no request, beyond its request, or twice", () => {
    for (const wrong of ["request", "chunk", "twice"] as const) {
      const scheduler = meet([all]);
      const [ask] = asksOf(scheduler.plan(0));
      if (!ask) throw new Error("nothing asked");
      const { first, count } = ask.span;
      if (wrong === "twice") scheduler.chunkFrom(1, ask.request, first, chunkSize, true, 5);
      const [request, chunk] = wrong === "request" ? [ask.request + 1, first] : [ask.request, wrong === "chunk" ? first + count : first];
      expect(scheduler.chunkFrom(1, request, chunk, chunkSize, true, 6).actions).toEqual([{ type: "cut", link: 1, offence: "not-asked" }]);
    }
  });
});

describe("a message", () => {
  it("is known by its head to bring what was not asked for, or came before", () => {
    const scheduler = meet([all]);
    answer(scheduler, asksOf(scheduler.plan(0)), 10);
    const [ask] = asksOf(scheduler.plan(20));
    if (!ask) throw new Error("nothing asked");
    const { link, request, span } = ask;
    expect(span.count).toBe(2);
    expect(scheduler.brings(link, request + 1, span)).toBeUndefined();
    expect(scheduler.brings(link, request, { first: span.first + 1, count: 2 })).toBeUndefined();
    expect(scheduler.brings(link, request, { first: span.first - 1, count: 1 })).toBeUndefined();
    expect(scheduler.brings(link, request, { first: span.first, count: 1 })?.segment).toEqual(segment);
    expect(scheduler.brings(link, request, { first: span.first, count: 1 })).toBeUndefined();
    expect(scheduler.brings(link, request, { first: span.first + 1, count: 1 })?.segment).toEqual(segment);
  });
});

describe("a peer", () => {
  it("of whom nothing good has come is asked for one chunk, the short one; then for twice as many each time", () => {
    const scheduler = meet([all]);
    const counts: number[] = [];
    for (let now = 0; counts.length < 4; now += 20) {
      const asks = asksOf(scheduler.plan(now));
      if (now === 0) expect(asks.map(({ span }) => span)).toEqual([{ first: chunks - 1, count: 1 }]);
      counts.push(askedOf(asks).length);
      answer(scheduler, asks, now + 10);
    }
    // As many as one message has are asked for at a time, where others might be asked too.
    expect(counts.slice(0, 3)).toEqual([1, 2, 4]);
  });

  it("that turns liar has no more under way than it gave", () => {
    const scheduler = meet([all]);
    for (let given = 0, now = 0; given < chunks - 20; now += 20) {
      const asks = asksOf(scheduler.plan(now));
      expect(askedOf(asks).length).toBeLessThanOrEqual(given + 1);
      answer(scheduler, asks, now + 10);
      given += askedOf(asks).length;
    }
  });

  it("is on probation with three others at most, and the next once one of them has given something or has gone", () => {
    const scheduler = meet(...Array.from({ length: 9 }, () => [all]));
    const first = asksOf(scheduler.plan(0));
    expect(askedOf(first).length).toBe(4);
    expect(asksOf(scheduler.plan(5))).toEqual([]);
    const [one, two] = first;
    if (!one || !two) throw new Error("nothing asked");
    answer(scheduler, [one], 10);
    scheduler.chunkFrom(two.link, two.request, two.span.first, chunkSize, false, 10);
    const second = asksOf(scheduler.plan(10));
    const met = new Set(first.map(({ link }) => link));
    expect(second.filter(({ link }) => !met.has(link)).length).toBe(2);
    expect(askedOf(second.filter(({ link }) => link === one.link)).length).toBe(2);
  });

  it("of whom nothing good has come is asked for nothing that has little time left", () => {
    const scheduler = meet([all], [all]);
    const [ask] = asksOf(scheduler.plan(0));
    if (!ask) throw new Error("nothing asked");
    answer(scheduler, [ask], 10);
    scheduler.fetched(segment, { first: 0, count: 1 }, { firstByteMs: 50, ms: 100, bytes: chunkSize * 40 }, 20);
    scheduler.sending(ask.link, false);
    const soon = { ...wanted, segment: { ...segment, sequence: 8 }, deadline: 700 };
    scheduler.unwant(segment, 20);
    scheduler.want(soon, 20);
    for (const link of [1, 2]) scheduler.heard(link, [{ ...all, segment: soon.segment }]);
    expect(asksOf(scheduler.plan(20))).toEqual([]);
    scheduler.sending(ask.link, true);
    expect(new Set(asksOf(scheduler.plan(20)).map(({ link }) => link))).toEqual(new Set([ask.link]));
  });

  it("that counts a segment's chunks otherwise than its record is not believed", () => {
    const scheduler = meet([{ ...all, chunks: chunks + 1 }]);
    expect(asksOf(scheduler.plan(0))).toEqual([]);
  });

  it("that is silent is given up, left alone for a while, and for longer the next time", () => {
    const scheduler = meet([all]);
    scheduler.want({ ...wanted, deadline: 60_000 }, 0);
    scheduler.plan(0);
    const { silenceMs } = usualSettings;
    expect(scheduler.plan(silenceMs - 1)).toEqual([]);
    expect(scheduler.plan(silenceMs).map(({ type }) => type)).toEqual(["cancel"]);
    expect(asksOf(scheduler.plan(silenceMs + 999))).toEqual([]);
    expect(askedOf(scheduler.plan(silenceMs + 1000)).length).toBe(1);
    expect(scheduler.plan(2 * silenceMs + 1000).map(({ type }) => type)).toEqual(["cancel"]);
    expect(asksOf(scheduler.plan(2 * silenceMs + 2999))).toEqual([]);
    expect(asksOf(scheduler.plan(2 * silenceMs + 3000)).length).toBeGreaterThan(0);
  });

  it("that says no when it was given up already was not silent: it is asked again soon, and left no sooner than who says so at once", () => {
    const { silenceMs, idleMs } = usualSettings;
    const scheduler = meet([all]);
    scheduler.want({ ...wanted, deadline: 1_000_000 }, 0);
    let [left, asked, requests] = [0, 0, [] as { readonly at: number; readonly request: number }[]];
    for (let now = 0; left === 0 && now < 300_000; now += 20) {
      for (const { request } of requests.filter(({ at }) => at === now)) scheduler.no(1, request, 2, now);
      const actions = scheduler.plan(now);
      asked += asksOf(actions).length;
      requests = [...requests, ...asksOf(actions).map(({ request }) => ({ at: now + silenceMs + 600, request }))];
      if (actions.some(({ type }) => type === "leave")) left = now;
    }
    expect(asked).toBeGreaterThan(12);
    expect(left).toBeGreaterThanOrEqual(idleMs);
    expect(left).toBeLessThan(idleMs + 10_000);
  });

  it("on whose line our word and its answer waited for long is cut off for neither", () => {
    const scheduler = meet([all]);
    scheduler.want({ ...wanted, deadline: 60_000 }, 0);
    const [ask] = asksOf(scheduler.plan(0));
    if (!ask) throw new Error("nothing is asked");
    // It is given up, asked for another, and that is given up too.
    for (let now = 0; now < 25_000; now += 100) scheduler.plan(now);
    expect(scheduler.brings(1, ask.request, ask.span)).toBeDefined();
    expect(scheduler.chunkFrom(1, ask.request, ask.span.first, chunkSize, true, 25_000)).toEqual({ keep: true, actions: [] });
  });

  it("of which a chunk comes just before it would be given up is given up all the same, and left alone for longer each time", () => {
    const scheduler = meet([all]);
    scheduler.want({ ...wanted, deadline: 200_000 }, 0);
    settle(scheduler);
    const slow = { ...segment, sequence: 8 };
    scheduler.want({ ...wanted, segment: slow, deadline: 200_000 }, 0);
    scheduler.heard(1, [{ ...all, segment: slow }]);
    const sent: number[] = [];
    let due: { ask: Ask; at: number; next: number } | undefined;
    for (let now = 2000; now < 62_000; now += 100) {
      const actions = scheduler.plan(now);
      if (actions.some((action) => action.type === "cancel" && action.request === due?.ask.request)) due = undefined;
      const [ask] = asksOf(actions);
      if (ask) due = { ask, at: now + usualSettings.silenceMs - 100, next: ask.span.first };
      if (!due || now < due.at || due.next >= due.ask.span.first + due.ask.span.count) continue;
      scheduler.chunkFrom(1, due.ask.request, due.next++, chunkSize, true, now);
      due.at = now + usualSettings.silenceMs - 100;
      sent.push(now);
    }
    // A chunk of each request, and then nothing more is waited for.
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.length).toBeLessThan(9);
    expect((sent.at(-1) ?? 0) - (sent.at(-2) ?? 0)).toBeGreaterThan(2 * ((sent[1] ?? 0) - (sent[0] ?? 0)));
  });

  it("that says what it has and gives nothing of it is left, and no sooner than after a while", () => {
    for (const answers of ["busy", "silent"] as const) {
      const scheduler = meet([all]);
      scheduler.want({ ...wanted, deadline: 200_000 }, 0);
      let left: number | undefined;
      for (let now = 0; now < 60_000 && left === undefined; now += 100) {
        const actions = scheduler.plan(now);
        if (actions.some(({ type }) => type === "leave")) left = now;
        for (const { request } of asksOf(actions)) if (answers === "busy") scheduler.no(1, request, 2, now);
      }
      expect(left, answers).toBeGreaterThan(usualSettings.idleMs / (answers === "busy" ? 1 : 2) - 1);
      expect(left, answers).toBeLessThan(60_000);
      expect(scheduler.knowers(segment)).toEqual([]);
    }
  });

  it("that is poor and gives a chunk now and then is not left, nor one that says it sends nothing, nor one that is asked for nothing", () => {
    for (const kind of ["poor", "not sending", "not asked"] as const) {
      const scheduler = meet([kind === "not asked" ? some(0) : all]);
      scheduler.want({ ...wanted, deadline: 400_000 }, 0);
      if (kind === "not asked") settle(scheduler);
      let asked = 0;
      for (let now = 2000; now < 200_000; now += 100) {
        const actions = scheduler.plan(now);
        expect(actions.map(({ type }) => type), `${kind} at ${now}, asked ${asked}`).not.toContain("leave");
        for (const { request, span } of asksOf(actions)) {
          if (kind === "poor" && asked++ % 80 === 79) scheduler.chunkFrom(1, request, span.first, chunkSize, true, now);
          scheduler.no(1, request, kind === "poor" ? 2 : 3, now);
        }
      }
      if (kind === "poor") expect(asked).toBeGreaterThan(400);
    }
  });

  it("that is busy is asked again soon, one that has it not only when it says so anew, one that sends nothing not at all", () => {
    for (const reason of [1, 2, 3] as const) {
      const scheduler = meet([all]);
      for (const { link, request } of asksOf(scheduler.plan(0))) scheduler.no(link, request, reason, 10);
      expect(asksOf(scheduler.plan(20))).toEqual([]);
      expect(asksOf(scheduler.plan(300)).length > 0).toBe(reason === 2);
      scheduler.heard(1, [all]);
      expect(asksOf(scheduler.plan(320)).length > 0).toBe(reason === 1);
      scheduler.sending(1, true);
      expect(asksOf(scheduler.plan(340)).length > 0).toBe(reason === 3);
    }
  });

  it("that goes leaves what it was asked for to others", () => {
    const scheduler = meet([all]);
    const asked = askedOf(scheduler.plan(0));
    scheduler.linkDown(1);
    scheduler.linkUp(2);
    scheduler.heard(2, [some(...asked)]);
    expect(askedOf(scheduler.plan(10))).toEqual(asked);
  });

  it("may claim whatever it likes: what is remembered of it is bounded", () => {
    const scheduler = meet([all]);
    for (let sequence = 100; sequence < 700; sequence++) scheduler.heard(1, [{ ...all, segment: { ...segment, sequence } }]);
    // Its oldest word is forgotten, and with it the only one that mattered.
    expect(asksOf(scheduler.plan(0))).toEqual([]);
  });

  it("that is fast is asked for more at a time than one that is slow, and never for more than a request may have", () => {
    const scheduler = meet([some(...numbers({ first: 0, count: 20 }))], [some(...numbers({ first: 20, count: 20 }))]);
    for (let sequence = 20; sequence < 60; sequence++) {
      const next = { segment: { ...segment, sequence }, chunks: 200, byteLength: 200 * chunkSize, deadline: 60_000 };
      scheduler.want(next, 0);
      for (const link of [1, 2]) scheduler.heard(link, [{ segment: next.segment, chunks: 200, holding: "all" }]);
    }
    let [fast, slow] = [0, 0];
    const waiting: { ask: Ask; chunk: number; at: number }[] = [];
    const freeAt = new Map([[1, 0], [2, 0]]);
    for (let now = 0; now < 3000; now += 10) {
      for (const ask of asksOf(scheduler.plan(now))) {
        expect(ask.span.count).toBeLessThanOrEqual(maxWanted);
        for (const chunk of numbers(ask.span)) {
          const at = Math.max(freeAt.get(ask.link) ?? 0, now) + (ask.link === 1 ? 4 : 40);
          freeAt.set(ask.link, at);
          waiting.push({ ask, chunk, at });
        }
      }
      for (const due of waiting.splice(0).sort((a, b) => a.at - b.at)) {
        if (due.at > now) { waiting.push(due); continue; }
        const { keep } = scheduler.chunkFrom(due.ask.link, due.ask.request, due.chunk, chunkSize, true, due.at);
        if (keep) due.ask.link === 1 ? fast++ : slow++;
      }
    }
    expect(fast).toBeGreaterThan(4 * slow);
    expect(slow).toBeGreaterThan(20);
  });
});

describe("the origin", () => {
  it("is asked at once for this peer's part of a segment, and for that alone", () => {
    const scheduler = new ChunkScheduler(new SeededRandom(3));
    scheduler.want({ ...wanted, stripe: { first: 10, count: 10 } }, 0);
    expect(scheduler.plan(0)).toEqual([{ type: "fetch", segment, span: { first: 10, count: 10 }, reason: "stripe" }]);
    expect(scheduler.plan(10)).toEqual([]);
  });

  it("is asked by the deadline for just what is missing, and peers no longer for that", () => {
    const scheduler = meet([some(...numbers({ first: 0, count: 30 }))]);
    settle(scheduler);
    scheduler.heard(1, [all]);
    const asks = asksOf(scheduler.plan(wanted.deadline - 3000));
    expect(askedOf(asks)).toEqual(numbers({ first: 30, count: 10 }));
    const late = scheduler.plan(wanted.deadline - 900);
    expect(late.filter(({ type }) => type === "cancel").length).toBe(asks.length);
    expect(fetchesOf(late)).toEqual([{ type: "fetch", segment, span: { first: 30, count: 10 }, reason: "deadline" }]);

    // What a peer had sent by then is taken all the same, and is no offence.
    const [ask] = asks;
    if (!ask) throw new Error("nothing asked");
    expect(scheduler.chunkFrom(1, ask.request, 30, chunkSize, true, wanted.deadline - 850)).toEqual({ keep: true, actions: [] });
    expect(scheduler.chunkFromOrigin(segment, 30)).toBe(false);
    for (let chunk = 31; chunk < chunks; chunk++) expect(scheduler.chunkFromOrigin(segment, chunk)).toBe(true);
    expect(scheduler.progressOf(segment)?.isWhole).toBe(true);
  });

  it("is asked the sooner the slower it was", () => {
    const hedgedAt = (took?: { firstByteMs: number; ms: number; bytes: number }) => {
      // Not for what nobody has, which does not wait so long.
      const scheduler = meetWith({ ...usualSettings, patience: 1 }, [some(0)]);
      if (took) scheduler.fetched({ ...segment, sequence: 1 }, { first: 0, count: 1 }, took, 0);
      settle(scheduler);
      for (let now = 1000; now <= wanted.deadline; now += 10) if (fetchesOf(scheduler.plan(now)).length > 0) return now;
      return wanted.deadline;
    };
    const quick = hedgedAt({ firstByteMs: 10, ms: 60, bytes: 2_000_000 });
    const slow = hedgedAt({ firstByteMs: 800, ms: 4800, bytes: 500_000 });
    expect(quick).toBeGreaterThan(wanted.deadline - 700);
    expect(slow).toBeLessThan(wanted.deadline - 5000);
    expect(hedgedAt()).toBeLessThan(quick);
  });

  it("is asked for a segment that nobody has when some of the time is gone, and not before", () => {
    const scheduler = meet([]);
    const since = usualSettings.patience * wanted.deadline;
    expect(scheduler.plan(since - 1)).toEqual([]);
    expect(scheduler.plan(since)).toEqual([{ type: "fetch", segment, span: { first: 0, count: chunks }, reason: "alone" }]);
  });

  it("is asked before time runs out for what was to be brought in and was not, by few of those who miss it", () => {
    // Twelve who are linked with one another, have all but six chunks, and know the origin for quick.
    const crowd = Array.from({ length: 12 }, (_, n) => new ChunkScheduler(new SeededRandom(n + 1), Math.imul(n + 1, 0x9e3779b1)));
    const most = numbers({ first: 0, count: 34 });
    for (const [n, scheduler] of crowd.entries()) {
      scheduler.learn({ firstByteMs: 30, ms: 40, bytes: 100_000 });
      for (const m of crowd.keys()) if (m !== n) scheduler.linkUp(m, Math.imul(m + 1, 0x9e3779b1));
      for (const m of crowd.keys()) if (m !== n) scheduler.heard(m, [some(...most)]);
      scheduler.want(wanted, 0);
      scheduler.cameElsewhere(segment, most);
    }
    const since = usualSettings.patience * wanted.deadline;
    const fetched = new Map<number, number>();
    for (let now = 0; now < since + 1000; now += 100) {
      const fetches = crowd.map((scheduler) => fetchesOf(scheduler.plan(now)).flatMap(({ span }) => numbers(span)));
      if (now < since) expect(fetches.flat()).toEqual([]);
      // Neighbours hear of what came.
      for (const [n, came] of fetches.entries()) {
        if (came.length === 0) continue;
        for (const chunk of came) fetched.set(chunk, (fetched.get(chunk) ?? 0) + 1);
        for (const [m, scheduler] of crowd.entries()) m === n ? came.forEach((chunk) => scheduler.chunkFromOrigin(segment, chunk)) : scheduler.heard(n, [some(...most, ...came)]);
      }
    }
    expect([...fetched.keys()].sort((a, b) => a - b)).toEqual([34, 35, 36, 37, 38, 39]);
    expect(Math.max(...fetched.values())).toBeLessThanOrEqual(2);
  });

  it("is asked again, after a moment, for what a fetch that failed did not bring", () => {
    const scheduler = new ChunkScheduler(new SeededRandom(3));
    const stripe = { first: 0, count: 10 };
    scheduler.want({ ...wanted, stripe }, 0);
    scheduler.plan(0);
    for (let chunk = 0; chunk < 4; chunk++) scheduler.chunkFromOrigin(segment, chunk);
    scheduler.fetched(segment, stripe, undefined, 100);
    expect(scheduler.plan(349)).toEqual([]);
    expect(scheduler.plan(350)).toEqual([{ type: "fetch", segment, span: { first: 4, count: 6 }, reason: "stripe" }]);
  });

  it("that a crowd is at gives each chunk to few of those who wait for it, and all of them are brought in", () => {
    // Twelve who are linked with one another, want the same at once, and know the origin for slow: 16 KiB a second each.
    const crowd = Array.from({ length: 12 }, (_, n) => new ChunkScheduler(new SeededRandom(n + 1), Math.imul(n + 1, 0x9e3779b1)));
    const had = crowd.map(() => new Set<number>());
    for (const [n, scheduler] of crowd.entries()) {
      scheduler.learn({ firstByteMs: 100, ms: 1100, bytes: chunkSize });
      for (const m of crowd.keys()) if (m !== n) scheduler.linkUp(m, Math.imul(m + 1, 0x9e3779b1));
      for (const m of crowd.keys()) if (m !== n) scheduler.heard(m, [{ ...all, segment: { ...segment, sequence: 6 } }]);
      scheduler.want({ ...wanted, deadline: 0 }, 0);
    }
    let fetched = 0;
    const coming: { at: number; n: number; span: ChunkSpan }[] = [];
    for (let now = 0; now < 30_000 && had.some(({ size }) => size < chunks); now += 100) {
      for (const due of coming.filter(({ at }) => at === now)) {
        for (const chunk of numbers(due.span)) {
          crowd[due.n]?.chunkFromOrigin(segment, chunk);
          had[due.n]?.add(chunk);
        }
        crowd[due.n]?.fetched(segment, due.span, { firstByteMs: 100, ms: 1000 * due.span.count + 100, bytes: due.span.count * chunkSize }, now);
        for (const [m, other] of crowd.entries()) if (m !== due.n) other.heard(due.n, [some(...(had[due.n] ?? []))]);
      }
      for (const [n, scheduler] of crowd.entries()) {
        const actions = scheduler.plan(now);
        for (const action of fetchesOf(actions)) {
          if (action.type !== "fetch") continue;
          fetched += action.span.count;
          coming.push({ at: now + 1000 * action.span.count + 100, n, span: action.span });
        }
        for (const { link, request, span } of asksOf(actions)) {
          for (const chunk of numbers(span)) {
            expect(had[link]?.has(chunk)).toBe(true);
            scheduler.chunkFrom(link, request, chunk, chunkSize, true, now);
            had[n]?.add(chunk);
          }
        }
      }
    }
    expect(crowd.every((scheduler) => scheduler.progressOf(segment)?.isWhole)).toBe(true);
    // Each for itself would be twelve copies.
    expect(fetched / chunks).toBeLessThan(2);
  });

  it("that is slow is asked all the same for what a neighbour says that it loads and does not, before long", () => {
    const scheduler = meet([some(0)]);
    scheduler.learn({ firstByteMs: 100, ms: 1100, bytes: chunkSize });
    scheduler.sending(1, true);
    scheduler.want({ ...wanted, deadline: 0 }, 0);
    const asked = new Set<number>();
    for (let now = 0; now < 60_000 && asked.size < chunks; now += 100) {
      const actions = scheduler.plan(now);
      answer(scheduler, asksOf(actions), now);
      for (const action of fetchesOf(actions)) {
        if (action.type !== "fetch") continue;
        for (const chunk of numbers(action.span)) {
          asked.add(chunk);
          scheduler.chunkFromOrigin(segment, chunk);
        }
        scheduler.fetched(segment, action.span, { firstByteMs: 100, ms: 1100, bytes: action.span.count * chunkSize }, now);
      }
    }
    expect(scheduler.progressOf(segment)?.isWhole).toBe(true);
  });

  it("is asked for nothing that is no longer wanted, nor peers", () => {
    const scheduler = meet([all]);
    scheduler.plan(0);
    expect(scheduler.unwant(segment, 10).map(({ type }) => type)).toEqual(["cancel"]);
    expect(scheduler.plan(wanted.deadline)).toEqual([]);
  });
});
