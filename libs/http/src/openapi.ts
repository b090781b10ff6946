import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** The document that SDKs are generated from: every route, its shapes, its access rule and its errors. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Sluice')
    .setDescription(
      'Self-hosted Models-as-a-Service. `/api` is the control plane, for people with an access token from ' +
        '`POST /api/auth/login`. `/v1` is the gateway, for programs with an API key; it speaks the wire formats of OpenAI and, at `/v1/messages`, of Anthropic. `/openrouter` is another name of `/v1`.',
    )
    .setVersion('1')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Access token of a session.' },
      'session',
    )
    .addSecurity('api-key', {
      type: 'http',
      scheme: 'bearer',
      description: 'API key, `sk-sluice-…`; also accepted in `X-Client-API-Key` and `X-Api-Key`.',
    })
    .addSecurity('scim', {
      type: 'http',
      scheme: 'bearer',
      description: "SCIM token of a company's directory, `scim_…`.",
    })
    .build();
  const document = SwaggerModule.createDocument(app, about, { operationIdFactory: (_controller, method) => method });
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as Operation[]) {
      nameAlias(operation);
      nameWildcard(operation);
    }
  }
  return document;
}

interface Operation {
  operationId?: string;
  parameters?: { name?: string }[];
}

/** A handler with several addresses: the first keeps the handler's name, so that SDKs have a method of that name. */
function nameAlias(operation: Operation): void {
  const [, name, index = ''] = /^(.+)\[(\d+)\]$/.exec(operation.operationId ?? '') ?? [];
  if (name !== undefined) operation.operationId = index === '0' ? name : `${name}Alias${index}`;
}

/** The rest of an address is called `path` in the document's paths, and `*` in its parameters. */
function nameWildcard({ parameters = [] }: Operation): void {
  for (const parameter of parameters) if (parameter.name === '*') parameter.name = 'path';
}

/** Serves the document at `/openapi.json` and a page for people at `/docs`. It is made when somebody asks for it. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Sluice API',
  });
}
