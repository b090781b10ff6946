import { Writable } from 'node:stream';
import { createLogger, NestLogger } from './logger.js';
import { Redactor } from './redaction.js';
import { runInRequest } from './request-context.js';

describe('the logger', () => {
  let lines: string[];
  let logger: NestLogger;
  beforeEach(() => {
    lines = [];
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    });
    const redactor = new Redactor();
    redactor.register(['registered-secret']);
    logger = new NestLogger(createLogger('info', redactor, sink));
  });
  const written = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('says what is said about fields', () => {
    logger.warn({ status: 500 }, 'A provider failed', 'AnswerRelay');
    logger.error({ event: 1 }, new Error('why'), 'UsageMeter');
    expect(written()).toMatchObject([
      { level: 'warn', context: 'AnswerRelay', status: 500, msg: 'A provider failed' },
      { level: 'error', context: 'UsageMeter', event: 1, err: { message: 'why' } },
    ]);
    expect(lines[0]).not.toContain('stack');
  });

  it('H-07 writes one JSON object a line, whatever it is given', () => {
    logger.log('several\nlines', 'Context');
    logger.warn({ some: 'object' }, 'Context');
    logger.error('it failed', new Error('why'), 'Context');
    logger.error(new Error('bare'));
    logger.error('with a stack', 'Error: x\n    at y', 'Context');
    logger.log(undefined);
    logger.debug('below the level');
    expect(lines.every((line) => line.endsWith('\n') && !line.slice(0, -1).includes('\n'))).toBe(true);
    expect(written()).toMatchObject([
      {
        level: 'info',
        msg: 'several\nlines',
        context: 'Context',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
      { level: 'warn', some: 'object', context: 'Context' },
      { level: 'error', msg: 'it failed', err: { message: 'why', stack: expect.any(String) as string } },
      { level: 'error', err: { message: 'bare' } },
      { level: 'error', msg: 'with a stack', stack: 'Error: x\n    at y' },
      { level: 'info' },
    ]);
  });

  it('H-07 writes no secret: not in fields, messages, errors or their causes', () => {
    const secret = 'hunter2-hunter2';
    logger.log({
      headers: { authorization: secret, cookie: secret, 'set-cookie': [secret] },
      body: { password: secret },
    });
    logger.log(`the key is sk-sluice-${secret}`);
    logger.error('failed', new Error(`Bearer ${secret}`, { cause: new Error(`password=${secret}`) }), 'Context');
    logger.log('a registered-secret here');
    expect(lines.join('')).not.toMatch(/hunter2|registered-secret/);
    expect(written()).toHaveLength(4);
  });

  it('H-06 writes the id of the request in whose course it is called', () => {
    runInRequest({ requestId: 'r-1', ip: '::1', network: '::1', userAgent: undefined }, () => logger.log('inside'));
    logger.log('outside');
    expect(written().map(({ requestId }) => requestId)).toEqual(['r-1', undefined]);
  });
});
