import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { failureOf, type Failure } from "../data/failure";
import { Trouble, Waiting } from "./states";

/** A part of a page that is loaded when it is first shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const here = useSignal<{ Part: ComponentType<P> } | null>(loaded === undefined ? null : { Part: loaded });
    const failure = useSignal<Failure | null>(null);
    const fetchIt = async () => {
      failure.value = null;
      try {
        loaded = await load();
        here.value = { Part: loaded };
      } catch (error) {
        // A part that does not load is a network that does not answer, or a release that is gone.
        failure.value = navigator.onLine ? failureOf(error) : { kind: "offline" };
      }
    };
    useEffect(() => {
      if (here.peek() === null) void fetchIt();
    }, []);
    if (failure.value) return <Trouble failure={failure.value} retry={() => void fetchIt()} />;
    if (here.value === null) return <Waiting />;
    const { Part } = here.value;
    return <Part {...props} />;
  };
}
