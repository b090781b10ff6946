import { PersonalData } from '#libs/privacy';
import { createApp, type TestApp } from '../support/app.js';

/** Columns that may name a person: a foreign key to the users, or a name that says so. */
const SUSPECTS = `
  SELECT c.relname || '.' || a.attname AS name, f.confdeltype AS on_delete
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_constraint f ON f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid = 'users'::regclass
                             AND f.conkey = ARRAY[a.attnum]
   WHERE c.relkind IN ('r', 'p')
     AND (f.oid IS NOT NULL OR a.attname = 'scope_id' OR a.attname ~ '_by$'
          OR a.attname ~ '(^|_)(user|person|owner|actor|member|subject|inviter|creator|principal|account)_?id$')
   ORDER BY 1`;

describe('what the house keeps of people', () => {
  let t: TestApp;
  let suspects: { name: string; on_delete: string | null }[];
  beforeAll(async () => {
    t = await createApp();
    suspects = (await t.db.query<{ name: string; on_delete: string | null }>(SUSPECTS)).rows;
  });
  afterAll(() => t.close());

  const declared = () => t.app.get(PersonalData).columns;

  it('U-10 is declared, column by column, with what becomes of it', () => {
    const known = new Set(declared().map(({ table, column }) => `${table}.${column}`));
    expect(suspects.length).toBeGreaterThan(10);
    // A line here is a table that an export and a deletion would forget: declare it in the feature's personal-data.ts.
    expect(suspects.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
    expect([...known].filter((name) => !suspects.some((suspect) => suspect.name === name))).toEqual([]);
  });

  it('U-10 goes with the account where it is declared to', () => {
    const onDelete = new Map(suspects.map(({ name, on_delete: action }) => [name, action]));
    const wrong = declared().filter(({ table, column, onDeletion }) => {
      const action = onDelete.get(`${table}.${column}`);
      if (onDeletion === 'cascade') return action !== 'c';
      // A foreign key that keeps its rows would keep the account.
      return action === 'a' || action === 'r' || action === 'c';
    });
    expect(wrong).toEqual([]);
  });
});
