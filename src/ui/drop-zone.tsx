// Files dropped anywhere on the page. Shows where they go while they hover; text that is dragged about is left alone.

import { useEffect, useState } from "react";
import { droppedFiles, nameOf } from "./open-files.ts";
import { usePlayground } from "./use-app.ts";

export function DropZone() {
  const playground = usePlayground();
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      setIsOver(false);
      droppedFiles(event.dataTransfer).then(
        (files) => {
          if (files.length > 0) void playground.openFiles(files, nameOf(files));
        },
        (reason: unknown) => playground.note(`The drop could not be read: ${String(reason)}`),
      );
    };
    document.addEventListener("dragover", onOver);
    document.addEventListener("dragleave", onLeave);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("dragover", onOver);
      document.removeEventListener("dragleave", onLeave);
      document.removeEventListener("drop", onDrop);
    };
  }, [playground]);
  if (!isOver) return null;
  return (
    <div className="drop-over" aria-hidden="true">
      <p>
        <strong>Drop to train on these pages</strong>
        <br />
        Pictures with ICDAR text files or the competition's JSON. Nothing leaves this tab.
      </p>
    </div>
  );
}
