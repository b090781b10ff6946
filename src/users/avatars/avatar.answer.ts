import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Avatar } from './avatars.repository.js';

/**
 * What keeps a file that somebody sent from being more than a picture, should it be opened by itself: it is saved, not
 * shown, its type is not guessed, and whatever it would run runs nowhere. A name is of one picture for ever, so a
 * browser may keep it; a day is how long one that was taken back may still be seen by who saw it.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  // The console may live at another origin.
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'private, max-age=86400, immutable',
};

/** Writes a picture, or that the caller has it already (RFC 9110 §13.1.2). */
export async function writeAvatar(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { name, type, bytes }: Avatar,
): Promise<void> {
  const etag = `"${name}"`;
  void reply.headers(HEADERS).header('etag', etag);
  if (headers['if-none-match']?.split(',').some((known) => known.trim().replace(/^W\//, '') === etag)) {
    await reply.status(304).send();
    return;
  }
  void reply.header('content-type', type).header('content-disposition', `attachment; filename="${name}"`);
  await reply.send(bytes);
}
