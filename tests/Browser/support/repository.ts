import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root: the folder that holds LiveLedger.slnx. */
export const repository = rootAbove(dirname(fileURLToPath(import.meta.url)));

/** tests/Browser. */
export const browserTests = join(repository, "tests", "Browser");

function rootAbove(folder: string): string {
  return existsSync(join(folder, "LiveLedger.slnx")) ? folder : rootAbove(dirname(folder));
}
