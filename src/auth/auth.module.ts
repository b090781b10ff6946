import { Module } from '@nestjs/common';
import { SessionAuthenticator } from './session.authenticator.js';

@Module({ providers: [SessionAuthenticator], exports: [SessionAuthenticator] })
export class AuthModule {}
