import type { SwarmSurroundings } from "../../../src/player/src/swarm/swarm.js";
import type { Bytes } from "../../../src/player/src/verify/bytes.js";

type Connect = SwarmSurroundings["connect"];

export interface TappedChannel {
  readonly isOpen: boolean;
  send(message: Bytes): void;
}

/** What listens on a data channel, or speaks in its owner's place. */
export interface Tap {
  /** What goes out in place of a message: it, others, or nothing; and later whatever is sent on the channel. */
  readonly out?: (message: Bytes, channel: TappedChannel) => readonly Bytes[];
  readonly heard?: (message: Bytes) => void;
}

/** A peer's connections, each with a tap on its data channel. The peer's own code is as it is. */
export function tapped(connect: Connect, tap: () => Tap): Connect {
  return (settings) => {
    const connection = connect(settings);
    const create = connection.createDataChannel.bind(connection);
    connection.createDataChannel = (...given) => {
      const channel = create(...given);
      const { out, heard } = tap();
      const send = channel.send.bind(channel) as (message: Bytes) => void;
      const tapped: TappedChannel = {
        get isOpen() {
          return channel.readyState === "open";
        },
        send,
      };
      if (out) channel.send = (message: unknown) => out(message as Bytes, tapped).forEach(send);
      if (heard) channel.addEventListener("message", ({ data }) => data instanceof ArrayBuffer && heard(new Uint8Array(data)));
      return channel;
    };
    return connection;
  };
}
