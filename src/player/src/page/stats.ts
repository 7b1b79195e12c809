import type { WatchSession } from "../playback/watchSession.js";
import type { Controls } from "./controls.js";

/** Read-only figures of the page, for tests and for the curious: `window.liveledger`. */
export function exposeStats(session: WatchSession, video: HTMLVideoElement, controls: Controls): void {
  const stats = {
    get state() {
      return session.state.kind === "stopped" ? session.state.reason : session.state.kind;
    },
    get verified() {
      return session.log.verified;
    },
    get bytes() {
      return session.log.bytes;
    },
    get failures() {
      return session.log.failures.map(({ code, chunk, track, sequence }) => ({ code, chunk, track, sequence }));
    },
    get skipped() {
      return session.skipped;
    },
    get appended() {
      return [...session.appended];
    },
    get identity() {
      return session.identity;
    },
    get trust() {
      return session.trust;
    },
    get playing() {
      return !video.paused && video.readyState >= 3;
    },
    get latency() {
      return controls.latency;
    },
    get renewals() {
      const { renewed, unanswered } = session.licences;
      return { renewed, unanswered };
    },
    get earlyKeys() {
      const { fetched, used } = session.prefetch;
      return { fetched, used };
    },
    get restraint() {
      return session.restraint;
    },
    get swarm() {
      const { swarm } = session;
      if (!swarm) return undefined;
      const { state, refusal, trackerRefusal, viewers, counts, neighbours, lost, elsewhere, isPrivate, isBroadcastPrivate, uploadBound } = swarm;
      return { state, refusal, trackerRefusal, viewers, counts, neighbours, lost, elsewhere, isPrivate, isBroadcastPrivate, uploadBound };
    },
    get bandwidth() {
      return session.hls?.bandwidthEstimate;
    },
    get levels() {
      return session.hls?.levels.map(({ height, bitrate }) => ({ height, bitrate })) ?? [];
    },
  };
  Object.defineProperty(window, "liveledger", { value: Object.freeze(stats) });
}
