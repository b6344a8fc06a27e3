import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { budgets } from "./budgets.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const unused = fileURLToPath(new URL("unused.mjs", import.meta.url));
/** The API for `make web`: the local stack's unless these say otherwise. */
const api = process.env.SUPABASE_URL ?? process.env.API_URL;
const key = process.env.SUPABASE_PUBLISHABLE_KEY ?? process.env.PUBLISHABLE_KEY;

/** In development the page's settings come from the environment; a host writes the file itself. */
const settings = {
  name: "settings",
  configureServer(server) {
    server.middlewares.use("/config.json", (_, answer) => {
      answer.setHeader("Content-Type", "application/json");
      answer.end(JSON.stringify({ url: api, key }));
    });
  },
};

export default defineConfig({
  root: folder,
  // Relative, so that the page works in any folder of any host.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    alias: Object.fromEntries(["realtime", "storage"].map((part) => [`@supabase/${part}-js`, unused])),
  },
  plugins: [settings, budgets(JSON.parse(readFileSync(new URL("budgets.json", import.meta.url), "utf8")))],
  build: {
    target: "es2022",
    // No inline modules: the policy has no exception for scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { port: 5173 },
});
