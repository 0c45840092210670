// How components reach the store: one context, one selecting hook.

import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { AppState, Playground } from "../store/index.ts";

const PlaygroundContext = createContext<Playground | null>(null);

export const PlaygroundProvider = PlaygroundContext.Provider;

export function usePlayground(): Playground {
  const playground = useContext(PlaygroundContext);
  if (playground === null) throw new Error("usePlayground needs a PlaygroundProvider above it");
  return playground;
}

/** A fact of the state. The selector must return the same value for the same state: derive new objects with useMemo. */
export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(usePlayground().store, select);
}
