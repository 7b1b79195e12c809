import { maxMessage } from "../peering/messages.js";
import type { Clock } from "./clock.js";
import type { Connecting, ConnectingParts } from "./connecting.js";

/** What of a WebSocket is used. */
export interface BinarySocket {
  binaryType: BinaryType;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(message: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export interface RelayConnectionParts extends ConnectingParts {
  readonly open: (address: string) => BinarySocket;
  readonly origin: string;
  readonly broadcastId: string;
  readonly clock: Clock;
}

const openWithinMs = 10_000;
const isOpen = 1;

/** A WebSocket to a relay: TLS and its origin stand where data channels have their certificates. */
export class RelayConnection implements Connecting {
  readonly #socket: BinarySocket | undefined;
  #session: ReturnType<ConnectingParts["opened"]> | undefined;
  #isOver = false;
  #begun: number;
  #openedAfter: number | undefined;

  constructor(private readonly parts: RelayConnectionParts) {
    const { open, origin, broadcastId, clock } = parts;
    this.#begun = clock.now;
    try {
      this.#socket = open(`${origin.replace(/^http/, "ws")}/v1/peer/${broadcastId}`);
    } catch {
      // A page that may not connect there: by its policy, or from https to http. Not at once, for whoever made this does not hold it yet.
      clock.after(0, () => this.#fail());
      return;
    }
    const socket = this.#socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => this.#session?.received(data instanceof ArrayBuffer && data.byteLength <= maxMessage ? new Uint8Array(data) : new Uint8Array(0));
    socket.onclose = () => this.#fail();
    clock.after(openWithinMs, () => this.#session || this.#fail());
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  /** What the opening took says as much: a WebSocket's takes two or three round trips. */
  roundTrip(): Promise<number | undefined> {
    return Promise.resolve(this.#openedAfter === undefined ? undefined : this.#openedAfter / 2);
  }

  #opened(socket: BinarySocket): void {
    this.#openedAfter = this.parts.clock.now - this.#begun;
    this.#session = this.parts.opened({
      send: (message) => {
        if (socket.readyState === isOpen) socket.send(message);
      },
      close: () => this.close(),
      get backlog() {
        return socket.bufferedAmount;
      },
    }, { origin: this.parts.origin });
  }

  #fail(): void {
    if (this.#isOver) return;
    const session = this.#session;
    this.close();
    if (session) session.closed();
    else this.parts.failed("unreachable");
  }
}
