import type { WatchSession } from "../playback/watchSession.js";
import { announce, byId, formatTime, paintRange, setIcon, setText } from "./elements.js";

/** Behind the live edge by more than this, in seconds beyond the target, the button offers to catch up. */
const edgeTolerance = 4;

/** Play, sound, position, live edge and full screen, by button, touch and key. */
export class Controls {
  readonly #stage = byId<HTMLElement>("stage");
  readonly #play = byId<HTMLButtonElement>("play");
  readonly #mute = byId<HTMLButtonElement>("mute");
  readonly #volume = byId<HTMLInputElement>("volume");
  readonly #seek = byId<HTMLInputElement>("seek");
  readonly #edge = byId<HTMLButtonElement>("edge");
  readonly #edgeText = byId<HTMLElement>("edge-text");
  readonly #clock = byId<HTMLElement>("clock");
  readonly #full = byId<HTMLButtonElement>("full");
  readonly #bigPlay = byId<HTMLButtonElement>("big-play");
  readonly #unmute = byId<HTMLButtonElement>("unmute");
  #hideTimer: ReturnType<typeof setTimeout> | undefined;
  #seeking = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly session: WatchSession,
  ) {
    this.#play.addEventListener("click", () => this.togglePlay());
    this.#bigPlay.addEventListener("click", () => this.togglePlay());
    this.#mute.addEventListener("click", () => this.toggleMute());
    this.#unmute.addEventListener("click", () => this.toggleMute());
    this.#volume.addEventListener("input", () => this.setVolume(Number(this.#volume.value) / 100));
    this.#edge.addEventListener("click", () => this.goLive());
    this.#full.addEventListener("click", () => this.toggleFullScreen());
    this.#seek.addEventListener("input", () => {
      this.#seeking = true;
      paintRange(this.#seek);
    });
    this.#seek.addEventListener("change", () => {
      this.#seeking = false;
      this.#seekTo(Number(this.#seek.value) / 1000);
    });
    video.addEventListener("click", () => this.#tap());
    for (const name of ["play", "pause", "volumechange"]) video.addEventListener(name, () => this.update());
    document.addEventListener("fullscreenchange", () => this.update());
    for (const name of ["pointermove", "pointerdown", "focusin"]) this.#stage.addEventListener(name, () => this.show());
    this.#stage.addEventListener("pointerleave", () => this.#hideSoon(600));
    setInterval(() => this.update(), 250);
    this.update();
  }

  togglePlay(): void {
    if (this.video.paused) void this.start();
    else this.video.pause();
  }

  /** Plays with sound; where the browser forbids that, without; where it forbids all, offers a button. */
  async start(): Promise<void> {
    this.#bigPlay.hidden = true;
    this.show();
    try {
      await this.video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (!this.video.muted) {
        this.video.muted = true;
        this.#unmute.hidden = false;
        announce("Playing without sound: the browser wants you to turn it on.");
        return this.start();
      }
      this.#bigPlay.hidden = false;
      announce("Ready. Press play.");
    }
  }

  toggleMute(): void {
    this.video.muted = !this.video.muted;
    this.#unmute.hidden = true;
    announce(this.video.muted ? "Sound off" : "Sound on");
  }

  setVolume(volume: number): void {
    this.video.volume = Math.min(1, Math.max(0, volume));
    this.video.muted = this.video.volume === 0;
    this.#unmute.hidden = true;
  }

  seekBy(seconds: number): void {
    const range = this.#range();
    if (range) this.video.currentTime = Math.min(range.end - 0.5, Math.max(range.start, this.video.currentTime + seconds));
  }

  goLive(): void {
    const position = this.session.hls?.liveSyncPosition;
    if (this.session.state.kind !== "live" || !position) return;
    this.video.currentTime = position;
    void this.start();
    announce("At the live edge");
  }

  toggleFullScreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.#stage.requestFullscreen().catch(() => undefined);
  }

  show(): void {
    this.#stage.dataset["controls"] = "shown";
    this.#hideSoon(3000);
  }

  /** Seconds behind the live edge; undefined where there is none. */
  get latency(): number | undefined {
    const latency = this.session.hls?.latency;
    return this.session.state.kind === "live" && latency ? latency : undefined;
  }

  update(): void {
    const { video } = this;
    setIcon(this.#play, video.paused ? "play" : "pause");
    this.#play.setAttribute("aria-label", video.paused ? "Play" : "Pause");
    setIcon(this.#mute, video.muted ? "mute" : "loud");
    this.#mute.setAttribute("aria-label", video.muted ? "Turn sound on" : "Mute");
    this.#volume.value = String(video.muted ? 0 : Math.round(100 * video.volume));
    paintRange(this.#volume);
    setIcon(this.#full, document.fullscreenElement ? "unfull" : "full");
    this.#full.setAttribute("aria-label", document.fullscreenElement ? "Leave full screen" : "Full screen");
    if (!video.paused) this.#bigPlay.hidden = true;
    byId<HTMLElement>("buffering").hidden = video.paused || video.readyState >= 3 || byId<HTMLElement>("cover").hidden === false;
    this.#updatePosition();
  }

  #updatePosition(): void {
    const range = this.#range();
    const live = this.session.state.kind === "live";
    this.#edge.hidden = !live;
    if (!range) return;

    const { currentTime } = this.video;
    if (!this.#seeking) this.#seek.value = String(Math.round((1000 * (currentTime - range.start)) / (range.end - range.start)));
    paintRange(this.#seek);
    const position = `${formatTime(currentTime - range.start)} of ${formatTime(range.end - range.start)}`;
    const { latency } = this;
    if (live) {
      const behind = latency ?? 0;
      const target = this.session.hls?.targetLatency ?? 0;
      this.#edge.dataset["atEdge"] = String(behind <= target + edgeTolerance);
      setText(this.#edgeText, behind > 0 ? `Live −${behind.toFixed(behind < 10 ? 1 : 0)} s` : "Live");
      this.#edge.setAttribute("aria-label", behind <= target + edgeTolerance ? "At the live edge" : "Go to the live edge");
      setText(this.#clock, "");
      this.#seek.setAttribute("aria-valuetext", `${Math.round(range.end - currentTime)} seconds behind live`);
    } else {
      setText(this.#clock, position.replace(" of ", " / "));
      this.#seek.setAttribute("aria-valuetext", position);
    }
  }

  #seekTo(share: number): void {
    const range = this.#range();
    if (range) this.video.currentTime = Math.min(range.end - 0.5, range.start + share * (range.end - range.start));
  }

  #range(): { start: number; end: number } | undefined {
    const { seekable } = this.video;
    if (seekable.length === 0) return undefined;
    const range = { start: seekable.start(0), end: seekable.end(seekable.length - 1) };
    return Number.isFinite(range.end) && range.end > range.start ? range : undefined;
  }

  /** A tap shows hidden controls first; a click of a mouse, or a tap with controls shown, plays or pauses. */
  #tap(): void {
    const hidden = this.#stage.dataset["controls"] === "hidden";
    this.show();
    if (!hidden || matchMedia("(hover: hover)").matches) this.togglePlay();
  }

  #hideSoon(milliseconds: number): void {
    clearTimeout(this.#hideTimer);
    this.#hideTimer = setTimeout(() => {
      const inUse = this.#stage.querySelector(":focus-visible") || !byId<HTMLElement>("quality-menu").hidden;
      if (this.video.paused || inUse) this.#hideSoon(1000);
      else this.#stage.dataset["controls"] = "hidden";
    }, milliseconds);
  }
}
