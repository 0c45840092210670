// A small text expander for shaders, because register tiles must be unrolled and WGSL has no macros.
// Lines `//@for i < N`, `//@if A == 1`, `//@else`, `//@end`; in any other line `$(i + 1)` or `$i` becomes a number,
// and `$(2 * (i + 1))$` where the expression has parentheses of its own.
// Expressions know integers, names, + - * / % (whole numbers, % never negative), comparisons, && || ! and parentheses.

export type Names = Readonly<Record<string, number>>;

/** Throws Error with the line when a directive or an expression is wrong. */
export function expand(template: string, names: Names): string {
  const lines = template.split("\n");
  const out: string[] = [];
  const end = block(lines, 0, names, out, true);
  if (end !== lines.length) throw new Error(`line ${end + 1}: "//@end" or "//@else" without a beginning`);
  return out.join("\n");
}

/** Expands from `start` to the directive that closes the block; returns that line's index. */
function block(lines: readonly string[], start: number, names: Names, out: string[], isOn: boolean): number {
  let at = start;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const [, directive = "", rest = ""] = /^\s*\/\/@(\w+)\s*(.*)$/.exec(line) ?? [];
    if (directive === "end" || directive === "else") return at;
    if (directive === "for") at = loop(lines, at, rest, names, out, isOn);
    else if (directive === "if") at = choice(lines, at, rest, names, out, isOn);
    else if (directive !== "") throw new Error(`line ${at + 1}: unknown directive "${directive}"`);
    else if (isOn) out.push(substitute(line, names, at));
    at += 1;
  }
  return at;
}

function loop(
  lines: readonly string[],
  at: number,
  head: string,
  names: Names,
  out: string[],
  isOn: boolean,
): number {
  const [, name = "", limit = ""] = /^(\w+) < (.+)$/.exec(head) ?? [];
  if (name === "") throw new Error(`line ${at + 1}: expected "//@for name < limit"`);
  const count = isOn ? evaluate(limit, names, at) : 0;
  let close = at;
  for (let value = 0; value < count; value++)
    close = block(lines, at + 1, { ...names, [name]: value }, out, true);
  if (count <= 0) close = block(lines, at + 1, names, out, false);
  requireEnd(lines, close, at);
  return close;
}

function choice(
  lines: readonly string[],
  at: number,
  condition: string,
  names: Names,
  out: string[],
  isOn: boolean,
): number {
  const holds = isOn && evaluate(condition, names, at) !== 0;
  let close = block(lines, at + 1, names, out, holds);
  if (/^\s*\/\/@else/.test(lines[close] ?? "")) close = block(lines, close + 1, names, out, isOn && !holds);
  requireEnd(lines, close, at);
  return close;
}

function requireEnd(lines: readonly string[], close: number, open: number): void {
  if (!/^\s*\/\/@end/.test(lines[close] ?? "")) throw new Error(`line ${open + 1}: no "//@end"`);
}

function substitute(line: string, names: Names, at: number): string {
  return line.replace(
    /\$(?:\(([^$]*?)\)\$|\(([^()]*)\)|(\w+))/g,
    (_, long?: string, short?: string, name?: string) =>
      String(evaluate(long ?? short ?? name ?? "", names, at)),
  );
}

const BINARY: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { "||": (a, b) => Number(a !== 0 || b !== 0) },
  { "&&": (a, b) => Number(a !== 0 && b !== 0) },
  { "==": (a, b) => Number(a === b), "!=": (a, b) => Number(a !== b) },
  {
    "<": (a, b) => Number(a < b),
    ">": (a, b) => Number(a > b),
    "<=": (a, b) => Number(a <= b),
    ">=": (a, b) => Number(a >= b),
  },
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  { "*": (a, b) => a * b, "/": (a, b) => Math.floor(a / b), "%": (a, b) => ((a % b) + b) % b },
];

/** Integer value of an expression. */
function evaluate(text: string, names: Names, at: number): number {
  const tokens = text.match(/\d+|\w+|\|\||&&|[=!<>]=|[-+*/%<>!()]/g) ?? [];
  let next = 0;
  const fail = (): never => {
    throw new Error(`line ${at + 1}: cannot evaluate "${text}"`);
  };
  const level = (depth: number): number => {
    const operators = BINARY[depth];
    if (operators === undefined) return primary();
    let value = level(depth + 1);
    for (;;) {
      const token = tokens[next] ?? "";
      const apply = Object.hasOwn(operators, token) ? operators[token] : undefined;
      if (apply === undefined) return value;
      next += 1;
      value = apply(value, level(depth + 1));
    }
  };
  const primary = (): number => {
    const token = tokens[next++] ?? fail();
    if (token === "(") {
      const value = level(0);
      if (tokens[next++] !== ")") fail();
      return value;
    }
    if (token === "-") return -primary();
    if (token === "!") return Number(primary() === 0);
    if (/^\d+$/.test(token)) return Number(token);
    const value = Object.hasOwn(names, token) ? names[token] : undefined;
    return value ?? fail();
  };
  const value = level(0);
  return next === tokens.length ? value : fail();
}
