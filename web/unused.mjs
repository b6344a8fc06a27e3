/**
 * In place of the parts of supabase-js that these pages do not use: Realtime and Storage, a third of its size. Its
 * constructor makes one of each. Remove the alias in `vite.config.mjs` to use them.
 */

export class RealtimeClient {
  setAuth() {}
}

export class StorageClient {}

export class StorageApiError extends Error {}
