import { RTCPeerConnection as Connection } from "node-datachannel/polyfill";

/** WebRTC outside a browser: libdatachannel, made to say what a browser says where peers go by it. */
export function connect(settings: RTCConfiguration): RTCPeerConnection {
  return new NodeConnection(settings as ConstructorParameters<typeof Connection>[0]) as unknown as RTCPeerConnection;
}

class NodeConnection extends Connection {
  /** It knows no live certificate, so peers go by the one that the description names; which is the one that it makes sure of. */
  override get sctp() {
    return null as unknown as Connection["sctp"];
  }

  /** A channel that closes just now takes what is sent and loses it; this one throws while it still says that it is open. */
  override createDataChannel(...given: Parameters<Connection["createDataChannel"]>) {
    const channel = super.createDataChannel(...given);
    const send = channel.send.bind(channel) as (message: Uint8Array) => void;
    channel.send = (message: unknown) => {
      try {
        send(message as Uint8Array);
      } catch {}
    };
    return channel;
  }

  /** None before there is one. */
  override get remoteDescription() {
    const stated = super.remoteDescription;
    return (stated?.sdp ? stated : null) as typeof stated;
  }
}
