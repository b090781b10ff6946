import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { permissionCatalogue, Routes } from '#libs/access';
import { configReference, configSummary, envExample, loadConfig } from '#libs/config';
import { EmbeddedPostgres, runMigrations } from '#libs/database';
import { openApiDocument, STATUS } from '#libs/http';
import { errorCatalogue } from '#libs/kernel';
import { createLogger, type DeclaredMetric, Metrics, Redactor } from '#libs/observability';
import { migrations } from '../migrations/index.js';
import { createApplication } from './app.setup.js';

/**
 * Writes what is made from the code into a folder: `node dist/src/generate.js FOLDER`. The application is
 * really built, so what is written is what runs.
 */
async function generate(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-generate-'));
  const postgres = await EmbeddedPostgres.start({ dataDir: join(scratch, 'postgres'), throwaway: true });
  try {
    await runMigrations(postgres.url, migrations);
    const config = loadConfig({ NODE_ENV: 'test', DATA_DIR: scratch, DATABASE_URL: postgres.url });
    const redactor = new Redactor();
    const app = await createApplication({ config, redactor, logger: createLogger('fatal', redactor) });
    await app.init();
    const files: Record<string, string> = {
      'openapi.json': `${JSON.stringify(openApiDocument(app), null, 2)}\n`,
      'routes.md': routesPage(app.get(Routes).matrix()),
      'errors.md': errorsPage(),
      'metrics.md': metricsPage(app.get(Metrics).declared),
      'configuration.md': configReference(),
      'configuration.summary.md': configSummary(),
      'env.example': envExample(),
    };
    await app.close();
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  } finally {
    await postgres.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

function routesPage(matrix: readonly string[]): string {
  const permissions = permissionCatalogue().map(
    ({ permission, description, roles }) => `| \`${permission}\` | ${description} | ${roles.join(', ')} |`,
  );
  return (
    '# Who may use which route\n\nGenerated from the code. `public`: anybody; `signed-in`: any person with a session; `api-key`: a program with an\n' +
    'API key; `scim`: a directory with a SCIM token; anything else: a person whose role has that permission.\n\n' +
    `\`\`\`text\n${matrix.join('\n')}\n\`\`\`\n\n## Permissions\n\n| Permission | What it allows | Roles that have it |\n| --- | --- | --- |\n${permissions.join('\n')}\n`
  );
}

function errorsPage(): string {
  const rows = errorCatalogue().map(({ code, kind, message }) => {
    const [status, type] = STATUS[kind];
    return `| \`${code}\` | ${status} | \`${type}\` | ${message} |`;
  });
  return (
    '# Errors\n\nGenerated from the code. Every error is `{"error": {"code", "message", "type", "param"?, "details"?}, "requestId"}`;\n' +
    'program against `code`. Under `/v1/messages` the envelope is that of Anthropic, under\n`/scim` that of RFC 7644.\n\n' +
    `| Code | Status | Type | Message |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
  );
}

function metricsPage(declared: readonly DeclaredMetric[]): string {
  const rows = declared
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, kind, labels, help }) => `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help} |`);
  return (
    '# Metrics\n\nGenerated from the code. `/metrics` says them in the format of Prometheus, each replica for itself, beside those of the\n' +
    'process (`process_*`) and of Node.js (`nodejs_*`). Labels are names from lists that people or the code keep, never what a caller wrote.\n' +
    'Where `OTEL_EXPORTER_OTLP_ENDPOINT` is set, a collector gets `gen_ai.client.token.usage`, `gen_ai.client.operation.duration` and\n' +
    '`gen_ai.server.time_to_first_token` as well, and a trace of each call.\n\n' +
    `| Metric | Kind | Labels | What it says |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
  );
}

void generate(process.argv[2] ?? 'docs').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
