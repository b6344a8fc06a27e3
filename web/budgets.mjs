/** What a page may weigh, asserted in every build: the chunks that it loads and all that they import, gzipped. */

import { gzipSync } from "node:zlib";

const sizes = new Map();

function gzipped(file, text) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(text, { level: 9 }).length);
  return sizes.get(file);
}

/**
 * The plugin. `wanted` has for each page its `limit` in KB (1,000 bytes) and the names of its `chunks`; "main" is the
 * entry. What is in `beyond` was loaded before and does not count. */
export function budgets(wanted) {
  return {
    name: "budgets",
    apply: "build",
    generateBundle(_, bundle) {
      for (const [page, { limit, chunks, beyond = [] }] of Object.entries(wanted)) {
        const kilobytes = (weigh(this, bundle, [...beyond, ...chunks]) - weigh(this, bundle, beyond)) / 1000;
        this.info(`${page}: ${kilobytes.toFixed(1)} KB of ${limit}`);
        if (kilobytes > limit)
          this.error(`${page} weighs ${kilobytes.toFixed(1)} KB; at most ${limit} are allowed`);
      }
    },
  };
}

function weigh(plugin, bundle, names) {
  const files = new Set();
  const add = (file) => {
    if (files.has(file)) return;
    files.add(file);
    for (const imported of bundle[file].imports) add(imported);
  };
  for (const name of names) {
    const found = Object.values(bundle).filter(
      (part) => part.type === "chunk" && (name === "main" ? part.isEntry : part.name === name),
    );
    if (found.length === 0) plugin.error(`a budget names the chunk ${name}, which does not exist`);
    for (const chunk of found) add(chunk.fileName);
  }
  const code = [...files].reduce((sum, file) => sum + gzipped(file, bundle[file].code), 0);
  const styles = new Set([...files].flatMap((file) => [...(bundle[file].viteMetadata?.importedCss ?? [])]));
  return [...styles].reduce((sum, file) => sum + gzipped(file, bundle[file].source), code);
}
