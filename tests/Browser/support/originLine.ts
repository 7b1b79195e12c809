import { createServer, request as ask, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { Transform } from "node:stream";
import type { Duplex } from "node:stream";

const pieceLength = 2048;

/** The line between the server and everybody else: what it lets through in a second is all that the viewers together get, requests are counted on it, and it can be cut. */
export class OriginLine {
  /** Paths asked for. */
  readonly asked: string[] = [];
  /** Bytes of answers. */
  bytes = 0;
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
        answer.pipe(this.#slow()).pipe(response);
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
      if (!this.taking(path, request, socket, head)) this.#upgrade(`${request.method} ${path} HTTP/1.1\r\n${pairs(request.rawHeaders)}\r\n`, socket, head);
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

  #upgrade(head: string, socket: Duplex, first: Buffer): void {
    const { hostname, port } = new URL(this.target);
    const server: Socket = connect(Number(port), hostname, () => {
      server.write(head);
      server.write(first);
    });
    this.#keep(server);
    socket.on("error", () => server.destroy()).on("close", () => server.destroy());
    server.on("close", () => socket.destroy());
    socket.pipe(server);
    server.pipe(this.#slow()).pipe(socket);
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
  }

  // In pieces, and whoever had one goes behind the others: who waits for little does not wait for those who wait for much.
  #slow(): Transform {
    const slow: Transform = new Transform({
      transform: (bytes: Buffer, _, done) => {
        this.bytes += bytes.length;
        let at = 0;
        const next = () => {
          if (this.rate === Number.POSITIVE_INFINITY || at >= bytes.length) return done(null, at < bytes.length ? bytes.subarray(at) : undefined);
          const piece = bytes.subarray(at, at + pieceLength);
          at += piece.length;
          const now = performance.now();
          this.#freeAt = Math.max(now, this.#freeAt) + (1000 * piece.length) / this.rate;
          setTimeout(() => {
            slow.push(piece);
            next();
          }, this.#freeAt - now);
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
