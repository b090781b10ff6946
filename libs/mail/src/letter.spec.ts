import { writeOut } from './letter.js';
import { senderOf } from './mail.config.js';
import { webhookKey } from './sms.config.js';

describe('a letter', () => {
  it('says the same as plain text and as HTML, in which nothing is markup that was none', () => {
    const { text, html } = writeOut({
      to: 'ada@example.com',
      subject: 'Hello',
      paragraphs: ['<script>alert(1)</script> & "more"'],
      link: { label: 'Go', url: 'https://example.com/x?a=1&b="onclick=alert(1)#s' },
      closing: ["It's nothing."],
    });
    expect(text).toBe(
      '<script>alert(1)</script> & "more"\n\nGo:\nhttps://example.com/x?a=1&b="onclick=alert(1)#s\n\nIt\'s nothing.\n',
    );
    expect(html).toContain('<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;</p>');
    expect(html).toContain('<a href="https://example.com/x?a=1&amp;b=&quot;onclick=alert(1)#s">Go</a>');
  });

  it('has a subject of one line', () => {
    const { subject } = writeOut({ to: 'a@b.cd', subject: 'One\r\nBcc: x@y.z\u2028\0two', paragraphs: [] });
    expect(subject).toBe('One Bcc: x@y.z two');
  });
});

describe('the sender of mails', () => {
  it.each([
    ['no-reply@example.com', { name: '', address: 'no-reply@example.com' }],
    ['Sluice <no-reply@example.com>', { name: 'Sluice', address: 'no-reply@example.com' }],
    ['"Sluice, Inc." <no-reply@example.com>', { name: 'Sluice, Inc.', address: 'no-reply@example.com' }],
    ['Sluice', undefined],
    ['a@b.cd, c@d.ef', undefined],
    ['Slu\r\nBcc: x@y.zz <no-reply@example.com>', undefined],
  ])('of %j is %j', (text, expected) => {
    expect(senderOf(text)).toEqual(expected);
  });
});

describe('the secret of a webhook', () => {
  it.each([
    ['with its prefix', `whsec_${Buffer.alloc(24, 1).toString('base64')}`, true],
    ['without it', Buffer.alloc(24, 1).toString('base64'), false],
    ['that is short', `whsec_${Buffer.alloc(23, 1).toString('base64')}`, false],
    ['that is no base64', `whsec_${'ä'.repeat(40)}`, false],
  ])('%s is a key: %j', (_case, text, good) => {
    expect(webhookKey(text) !== undefined).toBe(good);
  });
});
