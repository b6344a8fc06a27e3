/** Loading: what a page shows while it waits, and afterwards. */

import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { failureOf, type Failure } from "./failure";

export type Loaded<T> =
  { state: "loading" } | { state: "ready"; value: T; stale: boolean } | { state: "failed"; failure: Failure };

export interface Loading<T> {
  now: ReadonlySignal<Loaded<T>>;
  /** Load again; what is shown stays until the answer is there. */
  again: () => Promise<void>;
}

/**
 * Load for these inputs, and again whenever they change or the connection is back. Of answers that arrive in another order
 * the last request's wins; what belongs to other inputs is not shown meanwhile, unless `keep` is set.
 */
export function useLoad<T>(load: () => Promise<T>, inputs: readonly unknown[], keep = false): Loading<T> {
  const now = useSignal<Loaded<T>>({ state: "loading" });
  const latest = useRef(0);
  const run = useCallback(async () => {
    const mine = ++latest.current;
    const before = now.peek();
    if (before.state === "ready") now.value = { ...before, stale: true };
    else now.value = { state: "loading" };
    try {
      const value = await load();
      if (mine === latest.current) now.value = { state: "ready", value, stale: false };
    } catch (error) {
      if (mine === latest.current) now.value = { state: "failed", failure: failureOf(error) };
    }
  }, inputs);
  useEffect(() => {
    if (!keep) now.value = { state: "loading" };
    void run();
    const back = () => {
      const value = now.peek();
      if (value.state === "failed" && value.failure.kind === "offline") void run();
    };
    addEventListener("online", back);
    return () => {
      latest.current++;
      removeEventListener("online", back);
    };
  }, [run]);
  return { now, again: run };
}
