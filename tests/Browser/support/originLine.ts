import { createServer, request as ask, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type Duplex, Transform } from "node:stream";

const pieceLength = 2048;
/** A timer that comes late is made up for, as a router would not have waited. */
const lateMs = 100;

/** The line between the server and everybody else: requests and bytes are counted on it, it can be made narrow, and it can be cut. */
export class OriginLine {
  /** Paths asked for. */
  readonly asked: string[] = [];
  /** Bytes of answers. */
  bytes = 0;
  /** Of those, how many to which paths, without their query. */
  readonly answered = new Map<string, number>();
  /** Takes a WebSocket in place of the server; true if it did. */
  taking: (path: string, request: Parameters<Server["emit"]>[1], socket: Duplex, head: Buffer) => boolean = () => false;
  /** Bytes a second that the server sends at most; without end at first. */
  rate = Number.POSITIVE_INFINITY;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  #isCut = false;
  #freeAt = 0;

  private constructor(
    readonly target: string,
    private readonly address: string,
  ) {
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? "/");
      // The host goes on as it came: what the server says of its own address is then the line's.
      const asked = ask(this.target + request.url, { method: request.method ?? "GET", headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        const slow = this.#slow(request.url ?? "/");
        answer.pipe(slow).pipe(response);
        // What nobody waits for any more takes nothing of the line.
        response.on("close", () => slow.destroy());
      });
      asked.on("error", () => response.destroy());
      response.on("close", () => asked.destroy());
      request.pipe(asked);
    });
    this.#server.on("connection", (socket) => {
      if (this.#isCut) socket.destroy();
      else this.#keep(socket);
    });
    this.#server.on("upgrade", (request, socket, head) => {
      const path = request.url ?? "/";
      this.asked.push(path);
      if (!this.taking(path, request, socket, head)) this.#upgrade(path, `${request.method} ${path} HTTP/1.1\r\n${pairs(request.rawHeaders)}\r\n`, socket, head);
    });
  }

  static async start(target: string, address = "127.0.0.1"): Promise<OriginLine> {
    const line = new OriginLine(target, address);
    await new Promise<void>((resolve) => line.#server.listen(0, address, resolve));
    return line;
  }

  get url(): string {
    return `http://${this.address}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Nothing goes over it any more, and what is open breaks. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#isCut = false;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #upgrade(path: string, head: string, socket: Duplex, first: Buffer): void {
    const { hostname, port } = new URL(this.target);
    const server: Socket = connect(Number(port), hostname, () => {
      server.write(head);
      server.write(first);
    });
    this.#keep(server);
    socket.on("error", () => server.destroy()).on("close", () => server.destroy());
    server.on("close", () => socket.destroy());
    socket.pipe(server);
    const slow = this.#slow(path);
    server.pipe(slow).pipe(socket);
    socket.on("close", () => slow.destroy());
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
  }

  // In pieces, and whoever had one goes behind the others: who waits for little does not wait for those who wait for much.
  #slow(address: string): Transform {
    const path = address.split("?")[0] ?? address;
    const give = (piece: Buffer) => {
      this.bytes += piece.length;
      this.answered.set(path, (this.answered.get(path) ?? 0) + piece.length);
      slow.push(piece);
    };
    const slow: Transform = new Transform({
      transform: (bytes: Buffer, _, done) => {
        let at = 0;
        const next = () => {
          if (slow.destroyed) return;
          const piece = bytes.subarray(at, this.rate === Number.POSITIVE_INFINITY ? bytes.length : at + pieceLength);
          at += piece.length;
          if (piece.length === 0) return done();
          const now = performance.now();
          this.#freeAt = Math.max(now - lateMs, this.#freeAt) + (1000 * piece.length) / this.rate;
          const goOn = () => {
            if (slow.destroyed) return;
            give(piece);
            next();
          };
          if (this.#freeAt <= now) goOn();
          else setTimeout(goOn, this.#freeAt - now);
        };
        next();
      },
    });
    return slow;
  }
}

function pairs(raw: readonly string[]): string {
  let text = "";
  for (let n = 0; n < raw.length; n += 2) text += `${raw[n]}: ${raw[n + 1]}\r\n`;
  return text;
}
