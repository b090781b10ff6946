import { cooldownOf } from './cooldown.js';

const NOW = Date.parse('2026-11-20T06:00:00Z');

it.each([
  ['seconds', { 'retry-after': '120' }, 120_000],
  ['milliseconds before seconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
  ['a date', { 'retry-after': 'Fri, 20 Nov 2026 06:00:30 GMT' }, 30_000],
  ['a date that is over', { 'retry-after': 'Fri, 20 Nov 2026 05:00:00 GMT' }, 1_000],
  ['no time at all', { 'retry-after': '0' }, 1_000],
  ['more than a day', { 'retry-after': '9999999' }, 86_400_000],
  ["OpenAI's duration", { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
  ['a short duration', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '2500ms' }, 2_500],
  ['a limit that is not used up', { 'x-ratelimit-remaining-tokens': '9', 'x-ratelimit-reset-tokens': '1m' }, undefined],
  [
    'the latest of two',
    {
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '1h2m3s',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1s',
    },
    3_723_000,
  ],
  [
    "Anthropic's date",
    {
      'anthropic-ratelimit-tokens-remaining': '0',
      'anthropic-ratelimit-tokens-reset': '2026-11-20T06:00:45Z',
    },
    45_000,
  ],
  ['Unix milliseconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW + 5_000) }, 5_000],
  ['Unix seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1_000 + 7) }, 7_000],
  ['plain seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '11' }, 11_000],
  ['nothing', {}, undefined],
  ['nonsense', { 'retry-after': 'soon', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'later' }, undefined],
])('K-11 reads %s', (_case, headers, expected) => {
  expect(cooldownOf(headers, NOW)).toBe(expected);
});
