/** Run in a page before its own scripts: the viewer has agreed to share. Pages without storage, as about:blank, are none of ours. */
export function sharingOn(): void {
  try {
    localStorage.setItem("liveledger.sharing", "on");
  } catch {}
}
