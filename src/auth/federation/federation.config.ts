import { type ConfigProblem, defineConfig, jsonDocument, jsonFile } from '#libs/config';
import { readProviders } from './providers/provider.reader.js';

/** Who else may say who somebody is. */
export const federationConfig = defineConfig(
  'federation',
  'Identity providers',
  {
    providers: jsonDocument('IDENTITY_PROVIDERS', {
      description:
        'Identity providers, as a JSON list of objects with `slug`, `kind`, `label` and the settings of the kind; see docs/identity-providers.md.',
    }),
    providersFile: jsonFile('IDENTITY_PROVIDERS_FILE', {
      description: 'A file with that list instead. `${NAME}` in it stands for the variable of that name.',
    }),
  },
  ({ providers, providersFile }): ConfigProblem[] => [
    ...(providers !== undefined && providersFile !== undefined
      ? [{ variable: 'IDENTITY_PROVIDERS_FILE', rule: 'must not be set beside IDENTITY_PROVIDERS' }]
      : []),
    ...problemsOf('IDENTITY_PROVIDERS', providers),
    ...problemsOf('IDENTITY_PROVIDERS_FILE', providersFile),
  ],
);

function problemsOf(variable: string, document: unknown): ConfigProblem[] {
  return readProviders(document).problems.map((problem) => ({
    variable,
    rule: problem.startsWith('[') ? `at ${problem}` : problem,
  }));
}
