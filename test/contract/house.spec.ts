import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { judge, parseArguments, parseRows, rowIdOf, select, totals } from '../../scripts/lib/capability-rows.mjs';
import { inspect, LIMITS } from '../../scripts/lib/house-rules.mjs';
import { NODE_FLAGS } from '../../scripts/lib/node.mjs';

const ROOT = resolve(__dirname, '../..');

const rulesBroken = (path: string, text: string) => inspect(path, text).map(({ rule, line }) => `${rule}:${line}`);

describe('house rules', () => {
  const long = (lines: number) => 'export const x = 1;\n'.repeat(lines);

  it.each([
    ['a file over the limit', 'src/a/a.ts', long(LIMITS.fileLines + 1), ['file-length:1']],
    ['a file at the limit', 'src/a/a.ts', long(LIMITS.fileLines), []],
    ['a long spec', 'src/a/a.spec.ts', long(LIMITS.fileLines + 1), []],
    ['a long function', 'src/a/a.ts', `export function f() {\n${'  f();\n'.repeat(60)}}\n`, ['function-length:1']],
    [
      'a wide constructor',
      'src/a/a.ts',
      'export class A { constructor(a, b, c, d, e, f, g) {} }',
      ['constructor-width:1'],
    ],
    ['the environment in a feature', 'src/a/a.ts', 'export const x = process.env.X;', ['environment:1']],
    ['the environment taken apart', 'src/a/a.ts', 'const { env } = process;\n', ['environment:1']],
    ['the environment imported', 'src/a/a.ts', "import { env } from 'node:process';\nenv;", ['environment:1']],
    ['the environment in libs/config', 'libs/config/src/a.ts', 'export const x = process.env.X;', []],
    [
      'HTTP in a service',
      'src/a/a.service.ts',
      "import { NotFoundException } from '@nestjs/common';\nthrow new NotFoundException();",
      ['http-below-controller:1'],
    ],
    [
      'SQL in a service',
      'src/a/a.service.ts',
      "import { DataSource } from 'typeorm';\nnew DataSource();",
      ['sql-in-repositories:1'],
    ],
    ['SQL in a repository', 'src/a/a.repository.ts', "import { DataSource } from 'typeorm';\nnew DataSource();", []],
    ['entity decorators', 'src/a/a.entity.ts', "import { Entity } from 'typeorm';\n@Entity() export class A {}", []],
    [
      'a handler that decides',
      'src/a/a.controller.ts',
      'export class A {\n  @Get() f() { g(); return h(); }\n  @Endpoint({}) k() { return h(); }\n  private m() { g(); h(); }\n}',
      ['one-statement-handler:2'],
    ],
    ['a default export', 'libs/a/src/a.ts', 'export default 1;', ['named-exports:1']],
    ['a barrel', 'src/a/b.ts', "export { x } from './x.js';", ['no-barrels:1']],
    ['an index of a feature', 'src/a/index.ts', 'export const x = 1;', ['no-barrels:1']],
    [
      'a value import of a type',
      'src/a/a.ts',
      "import { T } from './t.js';\nexport const x: T = 1;",
      ['type-imports:1'],
    ],
    ['a base class', 'src/a/a.ts', "import { T } from './t.js';\nexport class X extends T {}", []],
    [
      'an injected class',
      'src/a/a.ts',
      "import { T } from './t.js';\n@Injectable() export class X { constructor(t: T) {} }",
      [],
    ],
    [
      'a function that is born old',
      'libs/a/src/a.ts',
      'a.b = () => c;\na.b ??= function () {};',
      ['function-in-assignment:1', 'function-in-assignment:2'],
    ],
    ['a function by its name', 'src/a/a.ts', 'const d = () => c;\na.b = d;\na.e(() => c);', []],
    [
      'cookies that nobody parsed',
      'src/a/a.ts',
      'const a = request.cookies;\nconst b = ({ cookies }) => cookies;\nf(request.cookie);',
      ['cookies-by-name:1', 'cookies-by-name:2'],
    ],
    ['a silenced compiler', 'test/a.ts', ['\n// @ts-', 'ignore\n'].join(''), ['no-suppressions:2']],
  ])('%s', (_case, path, text, expected) => {
    expect(rulesBroken(path, text)).toEqual(expected);
  });
});

describe('import graph', () => {
  let house: string;
  let output: string;

  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), text);
  };

  beforeAll(() => {
    house = mkdtempSync(join(tmpdir(), 'sluice-house-'));
    for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.tsconfig.json']) {
      cpSync(join(ROOT, file), join(house, file));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'), 'dir');
    write('libs/kernel/src/index.ts', "export { id } from './id.js';");
    write('libs/kernel/src/id.ts', "import { Module } from '@nestjs/common';\nexport const id = Module;");
    write('libs/config/src/index.ts', "import '../../../src/users/users.module.js';\nimport './own.js';");
    write('libs/config/src/own.ts', "import { id } from '#libs/kernel';\nimport './index.js';\nid;");
    write('libs/crypto/src/index.ts', "import '#libs/http';\nimport '#libs/config';");
    write('libs/http/src/index.ts', "import '#libs/access';");
    write('libs/access/src/index.ts', "import '#libs/nowhere';");
    write('src/users/user.directory.ts', "import * as fc from 'fast-check';\nfc;");
    write('src/users/users.module.ts', "import type { T } from '../teams/events/team.events.js';\nexport type U = T;");
    write(
      'src/users/users.service.ts',
      "import '../../libs/kernel/src/index.js';\nimport '../../libs/kernel/src/id.js';",
    );
    write('src/teams/events/team.events.ts', 'export type T = 1;');
    write('src/teams/teams.service.ts', "import '../users/user.directory.js';\nimport '../users/users.service.js';");
    write('src/rogue/rogue.ts', "import '../users/users.module.js';\nimport '../main.js';");
    write('src/main.ts', "import './users/users.module.js';");
    write('src/app.module.ts', "import './users/users.module.js';\nimport './teams/teams.service.js';");
    write('test/support/app.ts', "import '../../src/app.module.js';\nimport '../../src/teams/teams.service.js';");
    const node = process.execPath;
    const run = spawnSync(node, [join(ROOT, 'scripts/check-graph.mjs')], { cwd: house, encoding: 'utf8' });
    expect(run.status).toBe(1);
    output = run.stderr;
  });

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  it.each([
    ['libs/config/src/index.ts:1', 'libs-below-src'],
    ['libs/config/src/own.ts:2', 'lib-inside'],
    ['libs/config/src/index.ts:2', 'no-cycle'],
    ['libs/kernel/src/id.ts:1', 'kernel-is-plain'],
    ['libs/crypto/src/index.ts:1', 'libs/crypto'],
    ['libs/access/src/index.ts:1', 'resolvable'],
    ['src/users/user.directory.ts:1', 'no-dev-dependency'],
    ['src/users/users.module.ts:1', 'src/users'],
    ['src/users/users.service.ts:1', 'lib-by-name'],
    ['src/users/users.service.ts:2', 'lib-door-from-outside'],
    ['src/teams/teams.service.ts:2', 'feature-door'],
    ['src/rogue/rogue.ts:1', 'src/unlisted'],
    ['src/rogue/rogue.ts:2', 'entries-are-leaves'],
    ['src/main.ts:1', 'one-composition-root'],
    ['src/app.module.ts:2', 'root-door'],
    ['test/support/app.ts:2', 'support-through-the-app'],
    ['docs/import-graph.md:1', 'drawing'],
  ])('reports %s as %s', (place, rule) => {
    expect(output).toContain(`${place}  ${rule}: `);
  });

  it('lets permitted edges and doors through', () => {
    expect(output).not.toContain('src/teams/teams.service.ts:1');
    expect(output).not.toContain('src/app.module.ts:1');
    expect(output).not.toContain('libs/http/src/index.ts:');
    expect(output).not.toContain('libs/crypto/src/index.ts:2');
    expect(output).not.toContain('test/support/app.ts:1');
  });
});

describe('capability rows', () => {
  const table =
    '## Auth\n\n| ID | Capability | Acceptance check |\n|---|---|---|\n| A-01 | Sign up | x → 1 |\n| A-10 | Leave | a\\|b |\n## Users\n| U-01 | Profile | y |\n';
  const rows = parseRows(table);
  const report = (...tests: [title: string, status: string][]) => ({
    testResults: [{ assertionResults: tests.map(([title, status]) => ({ title, status })) }],
  });
  const stateOf = (id: string, ...tests: [string, string][]) =>
    judge(rows, report(...tests)).rows.find((row) => row.id === id)?.state;

  it('reads id, module and capability of each row', () => {
    expect(rows).toEqual([
      { id: 'A-01', module: 'Auth', capability: 'Sign up' },
      { id: 'A-10', module: 'Auth', capability: 'Leave' },
      { id: 'U-01', module: 'Users', capability: 'Profile' },
    ]);
  });

  it('refuses a table that holds a row twice', () => {
    expect(() => parseRows(`${table}| A-01 | Again | z |\n`)).toThrow('A-01');
  });

  it('reads the whole table of the project', () => {
    expect(parseRows(readFileSync(join(ROOT, 'docs/capabilities.md'), 'utf8'))).toHaveLength(437);
  });

  it.each([
    ['A-01 signs up', 'A-01'],
    ['A-01: signs up', 'A-01'],
    ['SDK-07', 'SDK-07'],
    ['signs up as A-01 says', undefined],
    ['A-01b signs up', undefined],
    ['A-01-2 signs up', undefined],
  ])('finds in the title %j the row %j', (title, id) => {
    expect(rowIdOf(title)).toBe(id);
  });

  it('passes a row whose tests all passed', () => {
    expect(stateOf('A-01', ['A-01 one', 'passed'], ['A-01 two', 'passed'])).toBe('passing');
  });

  it('fails a row with one failing test', () => {
    expect(stateOf('A-01', ['A-01 one', 'passed'], ['A-01 two', 'failed'])).toBe('failing');
  });

  it.each(['pending', 'todo', 'disabled'])('does not pass a row with a test that is %s', (status) => {
    expect(stateOf('A-01', ['A-01 one', 'passed'], ['A-01 two', status])).toBe('skipped');
  });

  it('does not count a row by a longer id', () => {
    expect(stateOf('A-01', ['A-10 one', 'passed'])).toBe('untested');
  });

  it('names titles that claim a row the table does not have', () => {
    expect(judge(rows, report(['Z-99 what', 'passed'])).strangers).toEqual(['Z-99 what']);
  });

  it('adds up by module and overall', () => {
    const judged = judge(rows, report(['A-01 one', 'passed'], ['U-01 one', 'failed'])).rows;
    expect(totals(judged)).toEqual({
      modules: [
        { module: 'Auth', rows: 2, passing: 1, failing: 0, skipped: 0, untested: 1 },
        { module: 'Users', rows: 1, passing: 0, failing: 1, skipped: 0, untested: 0 },
      ],
      overall: { rows: 3, passing: 1, failing: 1, skipped: 0, untested: 1 },
    });
  });

  it('selects by module, by row and by failure', () => {
    const judged = judge(rows, report(['A-01 one', 'failed'])).rows;
    const ids = (options: Parameters<typeof select>[1]) => select(judged, options).rows?.map((row) => row.id);
    expect(ids({ module: 'auth' })).toEqual(['A-01', 'A-10']);
    expect(ids({ rows: ['U-01'] })).toEqual(['U-01']);
    expect(ids({ failing: true })).toEqual(['A-01']);
    expect(select(judged, { module: 'nope' }).error).toContain('Auth, Users');
    expect(select(judged, { rows: ['A-99'] }).error).toContain('A-99');
  });

  it('reads its flags and refuses others in one sentence', () => {
    expect(parseArguments(['--json', '--rows', 'A-01, A-10', '--module=auth']).options).toEqual({
      json: true,
      failing: false,
      help: false,
      module: 'auth',
      rows: ['A-01', 'A-10'],
    });
    expect(parseArguments(['--nope']).error).toContain('"--nope" is not known');
    expect(parseArguments(['--rows']).error).toContain('--rows needs a value');
  });
});

it('starts Node in the image with the flags of the house', () => {
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  expect(JSON.parse(command)).toEqual(['node', ...NODE_FLAGS, 'dist/src/main.js']);
  expect(spawnSync(process.execPath, [...NODE_FLAGS, '-e', '']).status).toBe(0);
});

it('tells the engine what it is to do before anything else is loaded', () => {
  const [first] = readFileSync(join(ROOT, 'src/main.ts'), 'utf8').split('\n');
  expect(first).toBe("import './boot/engine.js';");
  const flags = [...readFileSync(join(ROOT, 'src/boot/engine.ts'), 'utf8').matchAll(/setFlagsFromString\('(.*)'\)/g)];
  const names = flags.map(([, flag = '']) => flag.split('=')[0]);
  expect(names).toEqual(['--no-flush-bytecode', '--heap-growing-percent', '--no-allocation-site-pretenuring']);
  // On the command line alone is an unknown flag a mistake; set at run time, it is passed over in silence.
  const { status, stderr } = spawnSync(process.execPath, [...flags.map(([, flag = '']) => flag), '-e', '']);
  expect([status, stderr.toString()]).toEqual([0, '']);
});
