// A key as a small cap beside the words of a control. Hidden from screen readers: aria-keyshortcuts says it there.

export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className="kbd" aria-hidden="true">
      {keys}
    </span>
  );
}
