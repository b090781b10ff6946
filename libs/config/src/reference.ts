import { declaredSlices } from './slice.js';
import type { Variable } from './variable.js';

/** A value as one would write it in the environment. */
function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value);
}

function shownDefault(variable: Variable<unknown>): string {
  if (variable.generated) return 'generated';
  const value = variable.defaultValue;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  return `\`${textOf(value)}\``;
}

/** The reference page of every variable, in Markdown: docs/configuration.md. */
export function configReference(): string {
  const sections = declaredSlices().map((slice) => {
    const rows = Object.values(slice.variables).map((variable) => [
      `\`${variable.env}\``,
      variable.type.replaceAll('|', '\\|'),
      shownDefault(variable),
      variable.secret ? 'yes' : '',
      variable.description,
    ]);
    const table = [
      ['Variable', 'Type', 'Default', 'Secret', 'What it is for'],
      ['---', '---', '---', '---', '---'],
      ...rows,
    ];
    return `## ${slice.title}\n\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
  });
  return (
    '# Configuration\n\n' +
    'Generated from the declarations beside the code. Variables come from the environment; a `.env` file in the working\n' +
    'directory completes them. A bad value stops the start and names the variable, never the value.\n\n' +
    '`NODE_ENV` is `development`, `test`, `staging` or `production`. Unset, it is `local` (which cannot be set): the process\n' +
    'is convenient as in development, with the rules of production for placeholders of secrets and for mock sign-in.\n\n' +
    sections.join('\n')
  );
}

/** One short table of all variables, for the README. */
export function configSummary(): string {
  const rows = declaredSlices().flatMap((slice) =>
    Object.values(slice.variables).map(
      (variable) => `| \`${variable.env}\` | ${shownDefault(variable)} | ${firstSentence(variable.description)} |`,
    ),
  );
  return ['| Variable | Default | What it is for |', '| --- | --- | --- |', ...rows].join('\n');
}

function firstSentence(text: string): string {
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
}

/** The same as a commented `.env.example`. */
export function envExample(): string {
  const sections = declaredSlices().map((slice) => {
    const lines = Object.values(slice.variables).map((variable) => {
      const value = variable.generated || variable.defaultValue === undefined ? '' : textOf(variable.defaultValue);
      return `# ${variable.description}\n# ${variable.env}=${value}`;
    });
    return `# --- ${slice.title}\n${lines.join('\n')}\n`;
  });
  return sections.join('\n');
}
