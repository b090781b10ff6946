import { unitsOf } from './units.js';

it.each([
  ['images.generations', { n: 1 }, { data: [{}, {}] }, { images: 2 }],
  ['images.generations', { n: '3' }, undefined, { images: 3 }],
  ['audio.speech', { input: 'Grüße 👋' }, undefined, { characters: 7 }],
  ['audio.speech', { input: '\ud83d a \udc4b👋\ud83d' }, undefined, { characters: 7 }],
  ['audio.transcriptions', {}, { usage: { type: 'duration', seconds: 9.2 } }, { audioSeconds: 10 }],
  ['audio.translations', {}, { duration: 3 }, { audioSeconds: 3 }],
  ['audio.transcriptions', {}, { duration: '9.2' }, { audioSeconds: 10 }],
  ['audio.transcriptions', {}, { duration: 'long' }, {}],
  ['audio.transcriptions', {}, { text: 'x' }, {}],
  ['chat.completions', {}, { usage: { server_tool_use: { web_search_requests: 2 } } }, { searches: 2 }],
  ['chat.completions', {}, { usage: {} }, {}],
  ['chat.completions', { web_search_options: {} }, {}, { searches: 1 }],
  [
    'chat.completions',
    { web_search_options: {} },
    { usage: { server_tool_use: { web_search_requests: 2 } } },
    { searches: 2 },
  ],
  [
    'responses',
    {},
    {
      output: [
        { type: 'web_search_call', action: { type: 'search' } },
        { type: 'web_search_call', action: { type: 'open_page' } },
        { type: 'web_search_call' },
        { type: 'message' },
      ],
    },
    { searches: 2 },
  ],
  ['responses', {}, undefined, { searches: 0 }],
  ['rerank', {}, { meta: { billed_units: { search_units: 2 } } }, { searches: 2 }],
  ['rerank', {}, {}, { searches: 1 }],
  ['messages', {}, { usage: { server_tool_use: { web_search_requests: 2 } } }, { searches: 2 }],
  ['messages', {}, { usage: {} }, {}],
  ['chat.completions', { n: 3 }, { data: [] }, {}],
])('reads the units of %s', (operation, asked, answer, units) => {
  expect(unitsOf(operation, { json: asked, choices: 3 }, answer)).toEqual(units);
});

it.each([-1, NaN, Infinity, 1e12, '7', null])('does not believe a duration of %p', (seconds) => {
  expect(unitsOf('audio.transcriptions', { json: {}, choices: 1 }, { usage: { seconds } })).toEqual({});
});
