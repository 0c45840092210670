// What one reference file's check returns. A check computes with the product's own code; expected values come from the file.

export interface CaseResult {
  readonly id: string;
  readonly passed: boolean;
  /** Greatest deviation as a share of its tolerance: 0 exact, 1 at the limit; Infinity when a count or shape differs. */
  readonly worst: number;
  /** What deviated and by how much; empty when passed. */
  readonly says: string;
  /** Set where the product has nothing that could be checked: the reason. Such a case neither passes nor fails. */
  readonly outside?: string;
}

/** A case that cannot be asked. */
export function outside(id: string, reason: string): CaseResult {
  return { id, passed: false, worst: 0, says: "", outside: reason };
}

export interface CheckContext {
  /** Folder of the reference file. */
  readonly dir: string;
}

/** `document` is the parsed JSON of the file, with its header. */
export type Check = (document: unknown, context: CheckContext) => Promise<readonly CaseResult[]>;

export interface NamedCheck {
  /** What it runs on, where there are several. */
  readonly executor?: string;
  readonly check: Check;
}
