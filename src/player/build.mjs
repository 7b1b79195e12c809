// Bundles the pages into dist/: watch.html, audit.html, studio.html, and assets named by their content so that they may be cached for ever.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);

async function bundle(entry, define = {}) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    entryNames: "[name]-[hash]",
    outdir: dist,
    bundle: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: "es2022",
    legalComments: "linked",
    define,
  });
  const output = Object.entries(result.metafile.outputs).find(([, value]) => value.entryPoint === entry);
  return `/player/${basename(output[0])}`;
}

const worker = await bundle("src/worker/worker.ts");
await page("src/page/watch.html", "src/page/main.ts", { workerUrl: JSON.stringify(worker) });
await page("src/auditPage/audit.html", "src/auditPage/main.ts");
await page("src/studioPage/studio.html", "src/studioPage/main.ts");

/** A page with its script, and its style beside it by the same name. */
async function page(html, entry, define) {
  const script = await bundle(entry, define);
  const style = await bundle(html.replace(".html", ".css"));
  const text = readFileSync(join(root, html), "utf8").replace("{{script}}", script).replace("{{style}}", style);
  writeFileSync(join(dist, basename(html)), text);
}
