import { defineConfig, list, text } from '#libs/config';

export const passkeysConfig = defineConfig(
  'passkeys',
  'Passkeys',
  {
    rpId: text('WEBAUTHN_RP_ID', {
      description:
        'Domain that passkeys belong to. Unset: the host of PUBLIC_URL. Once it changes, all passkeys are worthless.',
    }),
    origins: list('WEBAUTHN_ORIGINS', {
      default: [],
      description: 'Origins of the pages that may ask for passkeys, on that domain. Unset: the origin of PUBLIC_URL.',
    }),
  },
  ({ origins }) =>
    origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin)
      ? []
      : [
          {
            variable: 'WEBAUTHN_ORIGINS',
            rule: 'must hold origins such as https://console.example.com, without a path',
          },
        ],
);
