import { isEmail } from 'class-validator';
import { type ConfigProblem, defineConfig, flag, integer, ownSecret, secret, text } from '#libs/config';
import { canonicalEmail } from '#libs/kernel';
import { brokenPasswordRules } from './passwords/password.policy.js';

/** OWASP's least memory for Argon2id, in KiB. */
const LEAST_MEMORY_KIB = 19_456;

export const authConfig = defineConfig(
  'auth',
  'Sign-in',
  {
    jwtSecret: ownSecret('JWT_SECRET', {
      description: 'Marks refresh tokens and CSRF tokens as ours. Replicas share it.',
    }),
    allowRegistration: flag('ALLOW_REGISTRATION', {
      default: true,
      description: 'Whether people may make their own accounts.',
    }),
    registrationRateMax: integer('REGISTRATION_RATE_MAX', {
      default: 20,
      min: 1,
      max: 1_000_000,
      description: 'Registrations an hour from one address of the network.',
    }),
    rateMax: integer('AUTH_RATE_MAX', {
      default: 5,
      min: 1,
      max: 1_000_000,
      description: 'Sign-in attempts in a window, from one address of the network to one account.',
    }),
    networkRateMax: integer('AUTH_NETWORK_RATE_MAX', {
      default: 30,
      min: 1,
      max: 1_000_000,
      description: 'Sign-in attempts in a window, from one address of the network (one /64 of IPv6) to all accounts.',
    }),
    accountRateMax: integer('AUTH_ACCOUNT_RATE_MAX', {
      default: 100,
      min: 1,
      max: 1_000_000,
      description:
        'Sign-in attempts in a window, from all addresses to one account. Addresses that it was used from are let through.',
    }),
    rateWindowSeconds: integer('AUTH_RATE_WINDOW_SECONDS', {
      default: 900,
      min: 1,
      max: 86_400,
      description: 'Length of that window.',
    }),
    passwordMemoryKib: integer('PASSWORD_HASH_MEMORY_KIB', {
      default: 65_536,
      min: 1_024,
      max: 1_048_576,
      description: 'Memory of one password hash (Argon2id), in KiB. Two are made at once at most.',
      hardening: {
        refuse: (kib) => (kib < LEAST_MEMORY_KIB ? `must be at least ${LEAST_MEMORY_KIB}` : undefined),
        stopsIn: ['local', 'staging', 'production'],
      },
    }),
    csrfProtection: flag('CSRF_PROTECTION', {
      default: true,
      description:
        'Refuse calls with the refresh cookie that come from pages of other origins than CORS_ORIGIN, or without the CSRF token of the session.',
      hardening: {
        refuse: (on) => (on ? undefined : 'must be true'),
        stopsIn: ['production'],
      },
    }),
    mockAuth: flag('MOCK_AUTH', {
      default: false,
      description: 'Serve `GET /api/auth/mock-login`, which signs in without a password. For development and tests.',
      hardening: {
        refuse: (on) => (on ? 'must be false' : undefined),
        stopsIn: ['local', 'staging', 'production'],
      },
    }),
    adminEmail: text('ADMIN_EMAIL', {
      default: 'admin@sluice.local',
      description: 'Address of the administrator that is made when there is none.',
    }),
    adminPassword: secret('ADMIN_PASSWORD', {
      description: 'Password of that administrator. Unset, one is made and shown once.',
    }),
  },
  ({ adminEmail, adminPassword }) => {
    const email = canonicalEmail(adminEmail);
    const problems: ConfigProblem[] = [];
    if (!isEmail(email)) problems.push({ variable: 'ADMIN_EMAIL', rule: 'must be an e-mail address' });
    const broken = adminPassword === undefined ? [] : brokenPasswordRules(adminPassword, email);
    if (broken.length > 0) {
      problems.push({ variable: 'ADMIN_PASSWORD', rule: broken.map(({ message }) => message).join(', ') });
    }
    return problems;
  },
);
