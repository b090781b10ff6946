/** The first half of PostgreSQL's two-part advisory lock key: one number for each purpose. */
export const ADVISORY_LOCKS = {
  migrations: 7_001,
  registration: 7_003,
  identity: 7_004,
  violations: 7_005,
  keyRing: 7_006,
} as const;
