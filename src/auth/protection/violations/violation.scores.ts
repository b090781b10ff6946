/** What counts against whoever does it, and how much unless configured otherwise. */
export const DEFAULT_SCORES = {
  /** A sign-in that failed. It counts against the network alone: nobody proved to be the person. */
  login: 1,
  /** One more account from a network that has made too many. */
  registration: 1,
  concurrent: 1,
  message: 1,
  /** A call of a model that the API key may not call. */
  illegal_model: 5,
  non_browser: 20,
  text_to_speech: 0,
  speech_to_text: 0,
  fork: 0,
  import: 0,
  file_upload: 0,
  /** A call that the balance does not cover. */
  balance: 0,
} as const;

export type ViolationType = keyof typeof DEFAULT_SCORES;
export const VIOLATION_TYPES = Object.keys(DEFAULT_SCORES) as ViolationType[];

const ENTRY = /^([a-z_]+)=(\d{1,4})$/;

/** Entries such as `illegal_model=10`. @returns undefined where one of them is none */
export function readScores(entries: readonly string[]): Readonly<Record<ViolationType, number>> | undefined {
  const scores: Record<ViolationType, number> = { ...DEFAULT_SCORES };
  for (const entry of entries) {
    const [, name, score] = ENTRY.exec(entry) ?? [];
    const type = VIOLATION_TYPES.find((each) => each === name);
    if (type === undefined) return undefined;
    scores[type] = Number(score);
  }
  return scores;
}
