// The polite live region. Training speaks at most once in ten seconds; the newest sentence waits, older ones are dropped.

import { useEffect, useState } from "react";
import { announce, QUIET_MS } from "./announcer.ts";
import { usePlayground } from "./use-app.ts";

export function LiveRegion() {
  const { store } = usePlayground();
  const [text, setText] = useState("");
  useEffect(() => {
    let lastMs = -QUIET_MS;
    let waiting: string | null = null;
    let timer: number | undefined;
    const say = (sentence: string): void => {
      lastMs = performance.now();
      waiting = null;
      setText(sentence);
    };
    const unsubscribe = store.subscribe((now, before) => {
      const announcement = announce(before, now);
      if (announcement === null) return;
      const waitMs = lastMs + QUIET_MS - performance.now();
      if (announcement.isEvent || waitMs <= 0) {
        say(announcement.text);
        return;
      }
      waiting = announcement.text;
      timer ??= window.setTimeout(() => {
        timer = undefined;
        if (waiting !== null) say(waiting);
      }, waitMs);
    });
    return () => {
      unsubscribe();
      window.clearTimeout(timer);
    };
  }, [store]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
