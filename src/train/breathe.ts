// Lets waiting messages in between two steps: one turn of the event loop, without the 4 ms clamp of nested timers.

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();
// In Node an open port would keep the process alive.
if ("unref" in channel.port1 && typeof channel.port1.unref === "function") channel.port1.unref();

export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
