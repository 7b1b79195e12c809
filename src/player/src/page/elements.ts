/** The element with this id; the page is broken without it. */
export function byId<T extends Element>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as unknown as T;
}

/** Shows one of the page's symbols on a button. */
export function setIcon(button: Element, symbol: string): void {
  button.querySelector("use")?.setAttribute("href", `#i-${symbol}`);
}

/** Fills a range's track up to its thumb. */
export function paintRange(range: HTMLInputElement): void {
  const share = (Number(range.value) - Number(range.min)) / (Number(range.max) - Number(range.min) || 1);
  range.style.setProperty("--at", `${100 * share}%`);
}

/** Says something to a screen reader. */
export function announce(text: string): void {
  const region = byId<HTMLElement>("announce");
  if (region.textContent !== text) region.textContent = text;
}

/** Sets text only where it changed, so that a selection or a screen reader is not disturbed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** `1:02:03` or `2:03`. */
export function formatTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = `${String(Math.floor(whole / 60) % 60).padStart(whole >= 3600 ? 2 : 1, "0")}:${String(whole % 60).padStart(2, "0")}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
