import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** The document that SDKs are generated from: every route, its shapes, its access rule and its errors. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Sluice')
    .setDescription(
      'Self-hosted Models-as-a-Service. `/api` is the control plane, for people with an access token from ' +
        '`POST /api/auth/login`. `/v1` is the gateway, for programs with an API key; it speaks the OpenAI wire format.',
    )
    .setVersion('1')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Access token of a session.' },
      'session',
    )
    .addSecurity('api-key', {
      type: 'http',
      scheme: 'bearer',
      description: 'API key, `sk-sluice-…`; also accepted in `X-Client-API-Key`.',
    })
    .build();
  return SwaggerModule.createDocument(app, about, { operationIdFactory: (_controller, method) => method });
}

/** Serves the document at `/openapi.json` and a page for people at `/docs`. */
export function serveDocs(app: INestApplication, document: OpenAPIObject): void {
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Sluice API',
  });
}
