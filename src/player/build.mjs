// Bundles the Watch page into dist/: watch.html, and assets named by their content so that they may be cached for ever.
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
const script = await bundle("src/page/main.ts", { workerUrl: JSON.stringify(worker) });
const style = await bundle("src/page/watch.css");
const page = readFileSync(join(root, "src/page/watch.html"), "utf8").replace("{{script}}", script).replace("{{style}}", style);
writeFileSync(join(dist, "watch.html"), page);
