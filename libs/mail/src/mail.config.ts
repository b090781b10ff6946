import { isEmail } from 'class-validator';
import { choice, type ConfigProblem, defineConfig, port, secret, text, url } from '#libs/config';

/** Where mails go: a server, the log of a developer, or nowhere. */
const TRANSPORTS = ['smtp', 'log', 'none'] as const;

const TLS = ['required', 'opportunistic', 'off'] as const;
export type TlsRule = (typeof TLS)[number];

const NAMED = /^\s*"?([^"<>]*?)"?\s*<([^<>\s]+)>\s*$/;

/** The name and the address of `Sluice <no-reply@example.com>`, or of an address alone; undefined for neither. */
export function senderOf(from: string): { readonly name: string; readonly address: string } | undefined {
  const [, name = '', address = from.trim()] = NAMED.exec(from) ?? [];
  return isEmail(address) && !/\p{Cc}/u.test(name) ? { name, address } : undefined;
}

export const mailConfig = defineConfig(
  'mail',
  'Mail',
  {
    transport: choice('MAIL_TRANSPORT', TRANSPORTS, {
      description:
        'Where mails go. Unset: to the SMTP server, if one is named, and else nowhere. `log` writes them, and the secrets in them, to the log.',
      hardening: {
        refuse: (transport) =>
          transport === 'log'
            ? 'must not be log in production, for the log then holds the secrets in mails'
            : undefined,
        stopsIn: ['staging', 'production'],
      },
    }),
    from: text('MAIL_FROM', {
      description:
        'Whom mails are from: `Sluice <no-reply@example.com>`, or an address alone. Needed where mail is sent.',
    }),
    url: url('SMTP_URL', {
      schemes: ['smtp', 'smtps'],
      secret: true,
      description:
        'SMTP server, with user and password if it wants them: `smtps://user:password@mail.example.com:465`.',
    }),
    host: text('SMTP_HOST', { description: 'SMTP server, where SMTP_URL is not set.' }),
    port: port('SMTP_PORT', { default: 587, description: 'Its port. On 465, TLS begins with the connection.' }),
    user: text('SMTP_USER', { description: 'User of the SMTP server.' }),
    password: secret('SMTP_PASSWORD', { description: 'Password of that user.' }),
    tls: choice('SMTP_TLS', TLS, {
      description:
        'Whether a connection that begins in the clear must go on with STARTTLS. Unset: required, but on the same machine, where it is off.',
    }),
  },
  ({ transport, from, url: address, host }) => {
    const named = address !== undefined || host !== undefined;
    const sends = transport === 'smtp' || (transport === undefined && named);
    const problems: ConfigProblem[] = [];
    if (address !== undefined && host !== undefined) {
      problems.push({ variable: 'SMTP_HOST', rule: 'must not be set beside SMTP_URL' });
    }
    if (transport === 'smtp' && !named) problems.push({ variable: 'SMTP_URL', rule: 'must be set to send by SMTP' });
    if (sends && from === undefined) problems.push({ variable: 'MAIL_FROM', rule: 'must be set to send by SMTP' });
    if (from !== undefined && !senderOf(from)) {
      problems.push({ variable: 'MAIL_FROM', rule: 'must be an e-mail address, or a name and <an address>' });
    }
    return problems;
  },
);
