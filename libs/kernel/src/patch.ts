/** Whether a patch names nothing to change. It is then no change: nothing is written and nothing recorded (RFC 7396). */
export function changesNothing(patch: object): boolean {
  return Object.values(patch).every((value) => value === undefined);
}
