import type { SwarmSurroundings } from "../../../src/player/src/swarm/swarm.js";

type Connect = SwarmSurroundings["connect"];

const constant = `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "00").join(":")}\r\n`;

/**
 * The fault of a peer that does not look at certificates: once the channel is there, it takes both fingerprints for the same constant. Everything else of it is as it is, so what its
 * links let through is what the binding keeps out.
 */
export function withConstantBinding(connect: Connect): Connect {
  return (settings) => {
    const connection = connect(settings);
    let isOpen = false;
    const create = connection.createDataChannel.bind(connection);
    connection.createDataChannel = (...given) => {
      const channel = create(...given);
      channel.addEventListener("open", () => (isOpen = true));
      return channel;
    };
    return new Proxy(connection, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (isOpen && (name === "localDescription" || name === "remoteDescription")) return { sdp: constant };
        return typeof value === "function" ? (value as (...given: unknown[]) => unknown).bind(of) : value;
      },
      set: (of, name, value) => Reflect.set(of, name, value, of),
    });
  };
}
