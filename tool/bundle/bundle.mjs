// Builds what pages load, from internal/kit/page/assets and the npm packages of the lock
// file, into internal/kit/page/dist: names with a hash of the content, a compressed copy
// (.gz, .br) beside each text, and manifest.json, written last, from plain to hashed name.
//
//   node tool/bundle/bundle.mjs

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const assets = path.join(root, "internal/kit/page/assets");
const dist = path.join(root, "internal/kit/page/dist");

// Marks that belong to gov.uk and a typeface licensed to it alone must never be shipped.
const forbidden = /transport|calvert|crown|crest/i;

const options = {
  bundle: true,
  minify: true,
  write: false,
  outdir: dist,
  absWorkingDir: root,
  nodePaths: [path.join(root, "node_modules")],
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
};

const style = sass.compile(path.join(assets, "app.scss"), {
  loadPaths: [path.join(root, "node_modules"), assets],
  quietDeps: true,
});

const built = await Promise.all([
  esbuild.build({
    ...options,
    stdin: { contents: style.css, loader: "css", resolveDir: assets, sourcefile: "app.css" },
    entryNames: "app-[hash]",
    loader: { ".woff2": "file" },
    target: ["chrome100", "firefox100", "safari15"],
  }),
  esbuild.build({
    ...options,
    entryPoints: { app: path.join(assets, "app.js"), ...(await scripts()) },
    format: "esm",
    target: "es2020",
  }),
]);

// Everything is made before anything is put away, so that a build that fails leaves the
// last good one.
const made = []; // [plain name, hashed name, contents]

for (const { outputFiles } of built) {
  for (const file of outputFiles) {
    const hashed = path.basename(file.path);
    const contents = Buffer.from(file.contents);
    if (/\.(css|js)$/.test(hashed) && forbidden.test(contents.toString())) {
      throw new Error(`${hashed} holds ${contents.toString().match(forbidden)[0]}, which belongs to gov.uk`);
    }
    made.push([hashed.replace(/-[A-Z0-9]{8}(\.\w+)$/, "$1"), hashed, contents]);
  }
}
for (const [name, contents] of [
  ["icon.svg", await readFile(path.join(assets, "icon.svg"))],
  ["licences.txt", await licences()],
]) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
  made.push([name, name.replace(".", `-${hash}.`), contents]);
}

await mkdir(dist, { recursive: true });
for (const name of await readdir(dist)) {
  if (name !== ".keep") await rm(path.join(dist, name), { recursive: true });
}
const sizes = [];
for (const [name, hashed, contents] of made) {
  await writeFile(path.join(dist, hashed), contents);
  const row = { file: name, bytes: contents.length, gzip: "", brotli: "" };
  if (!hashed.endsWith(".woff2")) {
    const gzip = gzipSync(contents, { level: 9 });
    const brotli = brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    await writeFile(path.join(dist, hashed + ".gz"), gzip);
    await writeFile(path.join(dist, hashed + ".br"), brotli);
    row.gzip = gzip.length;
    row.brotli = brotli.length;
  }
  sizes.push(row);
}
const manifest = Object.fromEntries(made.map(([name, hashed]) => [name, hashed]).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(path.join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
console.table(sizes);

// A room's own scripts: internal/room/evidence/assets/mark.js is built as evidence-mark.js.
// Names that begin with "_" are parts of others, and *.test.mjs are tests.
async function scripts() {
  const found = {};
  const rooms = path.join(root, "internal/room");
  for (const room of await readdir(rooms)) {
    const files = await readdir(path.join(rooms, room, "assets")).catch(() => []);
    for (const file of files) {
      if (/^[a-z][a-z-]*\.js$/.test(file)) found[`${room}-${file.slice(0, -3)}`] = path.join(rooms, room, "assets", file);
    }
  }
  return found;
}

// Each package asks that its licence goes with every copy of its work.
async function licences() {
  const read = (...at) => readFile(path.join(root, "node_modules", ...at), "utf8");
  // The package of GOV.UK Frontend names the MIT License but carries no text of it. The
  // terms are the same as esbuild's; only the copyright line differs.
  const mit = (await read("esbuild", "LICENSE.md")).replace(
    /^Copyright.*$/m,
    "Copyright (C) 2017 Crown Copyright (Government Digital Service)",
  );
  const font = await read("@fontsource/atkinson-hyperlegible-next", "LICENSE");
  const idb = await read("idb", "LICENSE");
  const line = "\n" + "-".repeat(72) + "\n\n";
  return Buffer.from(`GOV.UK Frontend\n\n${mit.trim()}\n${line}Atkinson Hyperlegible Next\n\n${font.trim()}\n${line}idb\n\n${idb.trim()}\n`);
}
