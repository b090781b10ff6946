/** Puts a text in the place of the bytes from `at` to `to`, or between two bytes where there is no `to`. */
export interface Edit {
  readonly at: number;
  readonly to: number | undefined;
  readonly text: string;
}

/** The bytes with the edits made, in their order; the very same buffer where there are none. */
export function spliced(body: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) {
    return body;
  }
  const parts: Buffer[] = [];
  let copied = 0;
  for (const { at, to = at, text } of edits) {
    parts.push(body.subarray(copied, at), Buffer.from(text));
    copied = to;
  }
  return Buffer.concat([...parts, body.subarray(copied)]);
}
