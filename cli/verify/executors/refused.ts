// An executor's answer that it never computes what was asked for. Such a case is named with its reason; it neither passes
// nor fails.

export class Refused extends Error {
  override readonly name = "Refused";
}

/** The answer, or the refusal; any other error goes on. */
export async function orRefused<T>(answer: Promise<T>): Promise<T | Refused> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}
