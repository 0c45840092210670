// Arrays that are stored in 16 bits and computed with in 32: every value that a shader takes from one becomes an f32, every
// value that it puts into one an f16. So kernels are written once, as if all of it were 32 bits.

/** A shader whose arrays `names` hold f16. Knows elements that are read, assigned and added to. */
export function withHalves(shader: string, names: readonly string[]): string {
  if (names.length === 0) return shader;
  const element = new RegExp(`\\b(?:${names.join("|")})\\[`);
  let [done, rest] = ["", shader];
  for (;;) {
    const found = element.exec(rest);
    if (found === null) return done + rest;
    const end = closing(rest, found.index + found[0].length);
    const index = withHalves(rest.slice(found.index + found[0].length, end - 1), names);
    const place = `${found[0]}${index}]`;
    const [sign = "", added = ""] = /^\s*(\+?)=(?!=)/.exec(rest.slice(end)) ?? [];
    done += rest.slice(0, found.index);
    if (sign === "") {
      done += `f32(${place})`;
      rest = rest.slice(end);
      continue;
    }
    const stop = rest.indexOf(";", end);
    const value = withHalves(rest.slice(end + sign.length, stop).trim(), names);
    done += `${place} = f16(${added === "" ? value : `f32(${place}) + (${value})`})`;
    rest = rest.slice(stop);
  }
}

/** Behind the bracket that closes the one before `start`. */
function closing(text: string, start: number): number {
  let depth = 1;
  let at = start;
  for (; depth > 0 && at < text.length; at++) depth += Number(text[at] === "[") - Number(text[at] === "]");
  if (depth > 0) throw new Error("a bracket of a shader is not closed");
  return at;
}
