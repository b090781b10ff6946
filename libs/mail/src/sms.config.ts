import { choice, type ConfigProblem, defineConfig, secret, url } from '#libs/config';

const TRANSPORTS = ['webhook', 'log', 'none'] as const;

const PREFIX = 'whsec_';
const LEAST_BYTES = 24;

/** The key of a secret of Standard Webhooks: `whsec_` and base64; undefined when it is none, or too short. */
export function webhookKey(text: string): Buffer | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const encoded = text.slice(PREFIX.length);
  const key = Buffer.from(encoded, 'base64');
  const isBase64 = key.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
  return isBase64 && key.length >= LEAST_BYTES ? key : undefined;
}

export const smsConfig = defineConfig(
  'sms',
  'Text messages',
  {
    transport: choice('SMS_TRANSPORT', TRANSPORTS, {
      description:
        'Where text messages go. Unset: to the webhook, if one is named, and else nowhere. `log` writes them, and the codes in them, to the log.',
      hardening: {
        refuse: (transport) =>
          transport === 'log'
            ? 'must not be log in production, for the log then holds the secrets in messages'
            : undefined,
        stopsIn: ['staging', 'production'],
      },
    }),
    webhookUrl: url('SMS_WEBHOOK_URL', {
      schemes: ['http', 'https'],
      secret: true,
      description:
        'Service that sends text messages: it gets `{"type": "sms.send", "timestamp", "data": {"to", "text"}}`, signed as Standard Webhooks has it.',
      hardening: {
        refuse: (value) => (value.startsWith('https:') ? undefined : 'must begin with https://'),
        stopsIn: ['production'],
      },
    }),
    webhookSecret: secret('SMS_WEBHOOK_SECRET', {
      description: 'Signs what that service gets: `whsec_` and at least 24 bytes in base64.',
    }),
  },
  ({ transport, webhookUrl, webhookSecret }) => {
    const problems: ConfigProblem[] = [];
    if (transport === 'webhook' && webhookUrl === undefined) {
      problems.push({ variable: 'SMS_WEBHOOK_URL', rule: 'must be set to send by webhook' });
    }
    if (webhookUrl !== undefined && webhookSecret === undefined) {
      problems.push({ variable: 'SMS_WEBHOOK_SECRET', rule: 'must be set beside SMS_WEBHOOK_URL' });
    }
    if (webhookSecret !== undefined && !webhookKey(webhookSecret)) {
      problems.push({
        variable: 'SMS_WEBHOOK_SECRET',
        rule: `must be ${PREFIX} and at least ${LEAST_BYTES} bytes in base64`,
      });
    }
    return problems;
  },
);
