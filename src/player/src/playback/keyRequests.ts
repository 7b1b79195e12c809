import type Hls from "hls.js";
import type { DRMSystemConfiguration, LevelDetails } from "hls.js";
import { toBase64Url } from "../verify/base64Url.js";

type Filter = NonNullable<DRMSystemConfiguration["generateRequest"]>;

/**
 * What hls.js is to ask ClearKey for. Left to itself it asks by the `pssh` of whatever was appended last, for the key of whatever it loads now.
 * Where fragments name their keys these may be of two periods, and it waits for a key that it did not ask for: there it asks by the playlist's key id.
 */
export const keyRequest: Filter = function (this: Hls, initDataType, initData, { decryptdata }) {
  const lists = [...this.levels.map((level) => level.details), ...this.allAudioTracks.map((track) => track.details)];
  return decryptdata.keyId && lists.some(hasKeysInBand)
    ? { initDataType: "keyids", initData: keyIds(decryptdata.keyId) }
    : { initDataType, initData };
};

/** True if a playlist changes keys under one init segment. */
export function hasKeysInBand(list: Pick<LevelDetails, "fragments"> | undefined): boolean {
  return list?.fragments.some((fragment, i) => {
    const before = list.fragments[i - 1];
    return before !== undefined && fragment.initSegment?.url === before.initSegment?.url && keyOf(fragment) !== keyOf(before);
  }) ?? false;
}

function keyOf(fragment: LevelDetails["fragments"][number]): string | undefined {
  return fragment.levelkeys?.["org.w3.clearkey"]?.uri;
}

/** Initialization data of the type "keyids" (W3C eme-initdata-keyids). */
function keyIds(id: Uint8Array): ArrayBuffer {
  return new TextEncoder().encode(JSON.stringify({ kids: [toBase64Url(id)] })).buffer;
}
