import { deflateSync, crc32 } from 'node:zlib';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

const OWN = '/api/v1/users/me/avatar';
const MEBIBYTE = 1_048_576;

const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc00011080020001003012200021101031101ffd9', 'hex');
const WEBP = Buffer.from('524946461a00000057454250565038580a000000100000000f00001f0000', 'hex');

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A picture that every viewer shows, grey all over, made as long as is asked for by a text inside. */
function png({ width = 16, height = 16, padding = 0 } = {}): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.writeUInt8(8, 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    ...(padding === 0 ? [] : [chunk('tEXt', Buffer.alloc(padding, 'x'))]),
    chunk('IDAT', deflateSync(Buffer.alloc(Math.min(height * (width + 1), MEBIBYTE)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('the picture of a person', () => {
  let t: TestApp;
  let ada: GivenUser;

  beforeAll(async () => {
    t = await createApp();
  });
  beforeEach(async () => {
    ada = await givenUser(t);
  });
  afterAll(() => t.close());

  const upload = (body: Buffer, type = 'image/png'): Promise<TestResponse<{ data: { url: string } }>> =>
    ada.http.put(OWN, body, { headers: { 'content-type': type } });
  const fetched = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL(path, t.url), { headers });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  it.each([
    ['image/png', 'png', png()],
    ['image/jpeg', 'jpg', JPEG],
    ['image/webp', 'webp', WEBP],
  ])('U-13 takes and serves %s', async (type, ending, bytes) => {
    const { status, body } = await upload(bytes, type);
    expect(status).toBe(200);
    expect(body.data.url).toMatch(new RegExp(`^/api/v1/avatars/[A-Za-z0-9_-]{22}\\.${ending}$`));
    const served = await fetched(body.data.url);
    expect([served.status, served.bytes.equals(bytes)]).toEqual([200, true]);
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="${body.data.url.slice('/api/v1/avatars/'.length)}"`,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    });
    expect((await ada.http.get('/api/v1/auth/me')).body).toMatchObject({ data: { avatarUrl: body.data.url } });
  });

  it('U-13 takes 2 MiB and not a byte more', async () => {
    const rest = 2 * MEBIBYTE - png({ padding: 1 }).length + 1;
    const most = png({ padding: rest });
    expect(most.length).toBe(2 * MEBIBYTE);
    const [fits, tooLong] = [await upload(most), await upload(png({ padding: rest + 1 }))];
    expect([fits.status, tooLong.status]).toEqual([200, 413]);
    expect((await fetched(fits.body.data.url)).bytes.equals(most)).toBe(true);
  });

  it('U-13 answers 3 MB with 413', async () => {
    const { status, body } = await upload(png({ padding: 3_000_000 }));
    expect([status, body]).toMatchObject([413, { error: { code: 'body_too_large' } }]);
  });

  it.each([
    ['a page that is called a PNG', '<!doctype html><script>alert(1)</script>', 'image/png', 'avatar_not_an_image'],
    ['a drawing that is called a PNG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/png', 'avatar_not_an_image'],
    ['nothing that is called a PNG', '', 'image/png', 'avatar_not_an_image'],
    ['a page', '<!doctype html>', 'text/html', 'unsupported_media_type'],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml', 'unsupported_media_type'],
    ['JSON', '{}', 'application/json', 'unsupported_media_type'],
    ['a form', '--x\r\n\r\n--x--', 'multipart/form-data; boundary=x', 'unsupported_media_type'],
  ])('U-13 refuses %s with 415', async (_case, text, type, code) => {
    const { status, body } = await upload(Buffer.from(text), type);
    expect([status, body]).toMatchObject([415, { error: { code } }]);
    expect((await ada.http.get('/api/v1/auth/me')).body).toMatchObject({ data: { avatarUrl: null } });
  });

  it('U-13 names a picture by what it is, not by what it is called', async () => {
    const { body } = await upload(JPEG, 'image/png');
    expect(body.data.url).toMatch(/\.jpg$/);
    expect((await fetched(body.data.url)).headers.get('content-type')).toBe('image/jpeg');
  });

  it.each([
    [4_096, 4_096, 200],
    [4_097, 1, 422],
    [1, 65_535, 422],
    [0, 16, 422],
  ])('U-13 answers %i by %i pixels with %i, and unpacks none of them', async (width, height, expected) => {
    expect((await upload(png({ width, height }))).status).toBe(expected);
  });

  it('U-13 says that a picture has not changed to whoever has it', async () => {
    const { url } = (await upload(png())).body.data;
    const etag = (await fetched(url)).headers.get('etag') ?? '';
    const again = await fetched(url, { 'if-none-match': `"another", ${etag}` });
    expect([again.status, again.bytes.length, again.headers.get('etag')]).toEqual([304, 0, etag]);
    expect((await fetched(url, { 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('U-13 has one picture of a person, at a new address each time', async () => {
    const [first, second] = [(await upload(png())).body.data.url, (await upload(JPEG)).body.data.url];
    expect(second).not.toBe(first);
    expect([(await fetched(first)).status, (await fetched(second)).status]).toEqual([404, 200]);
    await Promise.all([1, 2, 3, 4].map(() => upload(png())));
    expect((await t.db.query('SELECT FROM user_avatars WHERE user_id = $1', [ada.id])).rows).toHaveLength(1);
  });

  it('U-13 takes a picture back, and it goes with the account', async () => {
    const rows = await auditedBy(t, () => upload(png()));
    expect(rows).toMatchObject([
      { action: 'USER_AVATAR_SET', resource_id: ada.id, new_values: { type: 'image/png', width: 16, height: 16 } },
    ]);
    const { url } = (await upload(png())).body.data;
    expect((await ada.http.delete(OWN)).status).toBe(204);
    expect((await fetched(url)).status).toBe(404);
    expect((await ada.http.delete(OWN)).status).toBe(404);
    const { url: last } = (await upload(png())).body.data;
    await t.db.query('DELETE FROM users WHERE id = $1', [ada.id]);
    expect((await fetched(last)).status).toBe(404);
  });

  it.each([
    '..%2f..%2fetc%2fpasswd',
    '..%5c..%5cboot.ini',
    'AAAAAAAAAAAAAAAAAAAAAA.svg',
    'AAAAAAAAAAAAAAAAAAAAAA.png%00.html',
    "'%20OR%201=1--",
  ])('U-13 knows no file called %s', async (name) => {
    expect((await fetched(`/api/v1/avatars/${name}`)).status).toBe(400);
  });

  it('A-43 hands a picture out with everything else that is kept of its owner', async () => {
    const picture = png({ padding: 500 });
    await upload(picture);
    const { status, body } = await ada.http.post<{ data: { others: { pictures: unknown } } }>('/api/auth/export-data', {
      password: ada.password,
    });
    expect(status).toBe(200);
    expect(body.data.others.pictures).toMatchObject([{ type: 'image/png', base64: picture.toString('base64') }]);
  });

  it('U-13 is set by its owner alone', async () => {
    expect((await t.http.put(OWN, png(), { headers: { 'content-type': 'image/png' } })).status).toBe(401);
    expect((await fetched('/api/v1/avatars/AAAAAAAAAAAAAAAAAAAAAA.png')).status).toBe(404);
  });

  it('takes a picture nowhere else', async () => {
    const { status } = await ada.http.patch('/api/v1/users/me', png(), { headers: { 'content-type': 'image/png' } });
    expect(status).toBe(415);
  });
});
