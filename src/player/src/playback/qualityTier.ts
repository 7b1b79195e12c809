/** Classes of quality, in their order: each has keys of its own. */
const tiers = ["AUDIO", "SD", "HD", "UHD"];

/** Lines of the highest picture of each class but the last, as the server tells them apart (docs/licensing.md#tiers-in-players). */
const mostLines = [0, 576, 1080];

/** What of a level matters here. */
interface Level {
  readonly height: number;
}

/** The place of a level's class. A level that does not say its size is taken for the lowest. */
function tierOf({ height }: Level): number {
  const at = mostLines.findIndex((lines, tier) => tier > 0 && height <= lines);
  return at > 0 ? at : mostLines.length;
}

/**
 * The highest index of levels, by rate, to which all are of the first one's class: that far a player may go before a licence has said what else there are
 * keys for. The lowest class is in every ticket that has any picture.
 */
export function lastOfFirstTier(levels: readonly Level[]): number {
  const other = levels.findIndex((level) => tierOf(level) > tierOf(levels[0] ?? level));
  return (other < 0 ? levels.length : other) - 1;
}

/** Indexes of the levels above a tier as `Max-Tier` names it, the highest first; none where it names none. */
export function levelsAbove(tier: string | null, levels: readonly Level[]): number[] {
  const most = tiers.indexOf(tier ?? "");
  return most < 0 ? [] : levels.flatMap((level, index) => (tierOf(level) > most ? [index] : [])).reverse();
}
