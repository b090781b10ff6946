/** An entry of a directory, whichever name it was found by. */
export interface DirectoryEntry {
  readonly issuer: string;
  readonly subject: string;
  /** There is no such entry: its failures are counted like others, and concern nobody. */
  readonly isNobody?: true;
}

/** What the failures at an entry are counted by. */
export function entryKey({ issuer, subject }: DirectoryEntry): string {
  return JSON.stringify([issuer, subject]);
}
