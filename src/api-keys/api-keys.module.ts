import { Module } from '@nestjs/common';
import { ApiKeyAuthenticator } from './api-key.authenticator.js';

@Module({ providers: [ApiKeyAuthenticator], exports: [ApiKeyAuthenticator] })
export class ApiKeysModule {}
