import { isFQDN } from 'class-validator';
import { type ConfigProblem, defineConfig, flag, list } from '#libs/config';

export const registrationConfig = defineConfig(
  'registration',
  'Registration',
  {
    emailDomains: list('REGISTRATION_EMAIL_DOMAINS', {
      default: [],
      description:
        'Domains of e-mail addresses with which people may make their own accounts. Unset, all. Who is invited may have any.',
    }),
    allowUnverifiedSignIn: flag('ALLOW_UNVERIFIED_EMAIL_LOGIN', {
      default: true,
      description: 'Whether people may sign in before they have verified their e-mail address.',
    }),
    isNeutral: flag('NEUTRAL_REGISTRATION', {
      default: false,
      description:
        'Whether registration answers alike for an address that has an account; its owner is told by mail. Hides everything only with ALLOW_UNVERIFIED_EMAIL_LOGIN=false.',
    }),
  },
  ({ emailDomains }): ConfigProblem[] =>
    emailDomains.every((domain) => isFQDN(domain))
      ? []
      : [{ variable: 'REGISTRATION_EMAIL_DOMAINS', rule: 'must hold domains such as example.com' }],
);
