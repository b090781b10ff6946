// Holds every import to the tables of .dependency-cruiser.mjs and to the drawing in docs/import-graph.md.
// `node scripts/check-graph.mjs --write` redraws it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import configuration, { CAPABILITIES, FEATURES, LIBS } from '../.dependency-cruiser.mjs';
import { drawImportGraph } from './lib/import-graph.mjs';

const DRAWING = 'docs/import-graph.md';
const write = process.argv.includes('--write');
const { options, forbidden } = configuration;
const roots = ['src', 'libs', 'migrations', 'test'].filter((root) => existsSync(root));

const result = await cruise(
  roots,
  { ...options, ruleSet: { forbidden, options }, validate: true },
  options.enhancedResolveOptions,
  { tsConfig: extractTSConfig(options.tsConfig.fileName) },
);
const { modules, summary } = result.output;
const comments = new Map(forbidden.map((rule) => [rule.name, rule.comment]));
const specifiers = new Map(
  modules.flatMap((module) => module.dependencies.map((edge) => [`${module.source}>${edge.resolved}`, edge.module])),
);

const lineOf = (file, target) => {
  const specifier = specifiers.get(`${file}>${target}`);
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = lines.findIndex((line) => specifier !== undefined && line.includes(`'${specifier}'`));
  return at < 0 ? 1 : at + 1;
};

const violations = summary.violations.map(({ rule, from, to, cycle }) => {
  const path = cycle ? [from, ...cycle.map((step) => step.name)].join(' → ') : `${from} → ${to}`;
  const next = cycle?.[0]?.name ?? to;
  return `${from}:${lineOf(from, next)}  ${rule.name}: ${path}\n    ${comments.get(rule.name)}`;
});

const doors = CAPABILITIES.filter((file) => existsSync(file));
const drawing = drawImportGraph(modules, { features: FEATURES, libs: LIBS, doors });
if (write) writeFileSync(DRAWING, drawing);
else if (!existsSync(DRAWING) || readFileSync(DRAWING, 'utf8') !== drawing) {
  violations.push(`${DRAWING}:1  drawing: the imports have changed; run "npm run graph" and commit the drawing.`);
}

for (const violation of violations) console.error(violation);
console.log(`${modules.length} modules, ${summary.totalDependenciesCruised} imports, ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
