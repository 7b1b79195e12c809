import type { Controls } from "./controls.js";
import { byId } from "./elements.js";

/** Keys of the whole page. A key that the focused element uses itself is left to it. */
export function listenToKeys(controls: Controls, video: HTMLVideoElement, toggleProof: () => void): void {
  const help = byId<HTMLDialogElement>("help-dialog");
  byId("help").addEventListener("click", () => help.showModal());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("textarea")) return;
    const onButton = target.closest("button, a, summary, [role=menu]") !== null;
    const onRange = target instanceof HTMLInputElement;

    const action = actionOf(event.key);
    if (!action || (event.key === " " && (onButton || onRange)) || (event.key.startsWith("Arrow") && (onRange || target.closest("[role=menu]")))) return;
    event.preventDefault();
    controls.show();
    action();
  });

  function actionOf(key: string): (() => void) | undefined {
    switch (key) {
      case " ":
      case "k":
      case "K":
        return () => controls.togglePlay();
      case "m":
      case "M":
        return () => controls.toggleMute();
      case "f":
      case "F":
        return () => controls.toggleFullScreen();
      case "l":
      case "L":
        return () => controls.goLive();
      case "v":
      case "V":
        return toggleProof;
      case "?":
        return () => help.showModal();
      case "ArrowLeft":
        return () => controls.seekBy(-5);
      case "ArrowRight":
        return () => controls.seekBy(5);
      case "ArrowUp":
        return () => controls.setVolume(video.volume + 0.05);
      case "ArrowDown":
        return () => controls.setVolume(video.volume - 0.05);
      default:
        return undefined;
    }
  }
}
