// Makes built/ of src/: one script, one style sheet, one page. `python -m pricing.studio.build` runs it.
import { build } from "esbuild";
import { copyFile, mkdir } from "node:fs/promises";

const out = process.argv[2] ?? "built";
await mkdir(out, { recursive: true });
await build({
  entryPoints: { studio: "src/main.js" },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* CodeMirror: MIT licence, codemirror.net. The rest: Apache 2.0. Built from src/ by build.mjs. */" },
  outdir: out,
});
await build({ entryPoints: ["src/studio.css"], minify: true, charset: "utf8", outdir: out });
await copyFile("src/index.html", `${out}/index.html`);
