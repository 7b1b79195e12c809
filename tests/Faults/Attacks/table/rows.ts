import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const folder = join(repository, "artifacts/attacks");

/** The row of a swarm in which everybody is honest, which the others are compared with. */
export const calm = "nobody attacks";

/** A run of an attack, with what defends against it or without. Shares are 0 to 1. */
export interface Row {
  readonly attack: string;
  /** What viewers lacked; undefined: nothing. */
  readonly lacking: string | undefined;
  /** Whose figures they are. */
  readonly of: string;
  readonly inTime: number;
  readonly fromNeighbours: number;
  readonly playedBad: number;
  readonly foundMs: { readonly median: number; readonly most: number } | undefined;
  readonly found: number;
  readonly convicted: number;
  readonly cutLocally: number;
  readonly falselyConvicted: number;
  readonly falselyCut: number;
  /** Of the links between honest viewers, those left as of one that gives nothing. */
  readonly falselyLeft: number;
  /** Bytes that came for each that was needed. */
  readonly taken: number;
  /** What else the run is about. */
  readonly note: string;
}

export function clearRows(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Keeps a row for the table at the end: test files run in processes of their own. */
export function keepRow(row: Row): void {
  mkdirSync(folder, { recursive: true });
  const name = `${row.attack} ${row.lacking ? "control" : ""}`.trim().replaceAll(/[^a-z0-9]+/gi, "-");
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(row, null, 2));
}

export function allRows(): Row[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder).sort();
  } catch {
    // Not one test came so far.
  }
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Row).sort((a, b) => Number(b.attack === calm) - Number(a.attack === calm) || a.attack.localeCompare(b.attack) || Number(a.lacking !== undefined) - Number(b.lacking !== undefined));
}

/** The table as text. */
export function textOf(rows: readonly Row[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const seconds = ({ median, most }: { median: number; most: number }) => `${(median / 1000).toFixed(1)} (${(most / 1000).toFixed(1)}) s`;
  const usual = rows.find(({ attack }) => attack === calm)?.taken;
  const extra = ({ taken }: Row) => (usual === undefined ? "-" : `${taken < usual ? "" : "+"}${percent(taken / usual - 1)}`);
  const lines = rows.map((row) => [
    row.attack, row.lacking ? `without: ${row.lacking}` : "as it is", row.of, percent(row.inTime), percent(row.fromNeighbours), String(row.playedBad), row.foundMs ? seconds(row.foundMs) : "-", row.foundMs ? percent(row.found) : "-",
    String(row.convicted), String(row.cutLocally), `${row.falselyConvicted} / ${row.falselyCut} / ${percent(row.falselyLeft)}`, extra(row), row.note,
  ]);
  const table = [["attack", "viewers", "of", "in time", "from neighbours", "bad played", "found after (most)", "found", "convicted", "cut locally", "falsely: convicted / cut / left", "extra traffic", ""], ...lines];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  return table.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()).join("\n");
}
