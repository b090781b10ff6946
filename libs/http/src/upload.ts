import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { httpErrors } from './http.errors.js';

/** A file that a route takes as its whole body. */
export interface Upload {
  /** The media types that it may say it has. What it is, the handler must find out. */
  readonly types: readonly string[];
  readonly maxBytes: number;
}

/** Lets files through to the routes that declare one, as the bytes that came, and to no other. */
export function acceptUploads(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route: RouteOptions) => {
    const upload = uploadOf(route.config);
    if (!upload) return;
    route.bodyLimit = upload.maxBytes;
    // Another type is refused before a byte of it is read.
    route.onRequest = [route.onRequest ?? []].flat().concat((request, _reply, done) => {
      done(isOfType(request, upload) ? undefined : refusalOf(upload));
    });
  });
  fastify.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (uploadOf(request.routeOptions.config)) done(null, body);
    else done(httpErrors.unsupported_media_type());
  });
}

function uploadOf(config: unknown): Upload | undefined {
  return (config as { upload?: Upload } | undefined)?.upload;
}

function isOfType({ headers }: FastifyRequest, { types }: Upload): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  return types.includes(type.trim().toLowerCase());
}

function refusalOf({ types }: Upload): Error {
  return httpErrors.unsupported_media_type({ message: `Send the file itself as the body, as ${types.join(' or ')}.` });
}
