// What one reference file's check returns. A check computes with the product's own code; expected values come from the file.

/** One comparison that was not exact. */
export interface Deviation {
  readonly what: string;
  /** Deviation as a share of its tolerance: 1 at the limit; Infinity when a count or shape differs. */
  readonly share: number;
}

export interface CaseResult {
  readonly id: string;
  readonly passed: boolean;
  /** Greatest deviation as a share of its tolerance: 0 exact, 1 at the limit; Infinity when a count or shape differs. */
  readonly worst: number;
  /** What deviated and by how much; empty when passed. */
  readonly says: string;
  /** Every comparison that was not exact, passed or not. */
  readonly deviations: readonly Deviation[];
  /** Set where the product has nothing that could be checked: the reason. Such a case neither passes nor fails. */
  readonly outside?: string;
}

/** A case that cannot be asked. */
export function outside(id: string, reason: string): CaseResult {
  return { id, passed: false, worst: 0, says: "", deviations: [], outside: reason };
}

/** A case that could not be compared at all. */
export function broken(id: string, says: string): CaseResult {
  return {
    id,
    passed: false,
    worst: Number.POSITIVE_INFINITY,
    says,
    deviations: [{ what: says, share: Number.POSITIVE_INFINITY }],
  };
}

export interface CheckContext {
  /** Folder of the reference file. */
  readonly dir: string;
}

/** `document` is the parsed JSON of the file, with its header. */
export type Check = (document: unknown, context: CheckContext) => Promise<readonly CaseResult[]>;

/** A check, or why this executor cannot be asked here. */
export type NamedCheck =
  | {
      /** What it runs on, where there are several. */
      readonly executor?: string;
      readonly check: Check;
    }
  | { readonly executor: string; readonly absent: string };
