import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '#libs/config';
import { randomToken } from '#libs/crypto';
import { cookieOf } from '#libs/http';
import type { IdentityProvider } from '../providers/identity-provider.js';

const NAME = 'sluice_sign_in';
const PATH = '/api/auth';
const LIFE_SECONDS = 900;
const VALUE = /^[A-Za-z0-9_-]{43}$/;

/** Knows a browser again, so that nobody finishes in it what was begun in another one. */
@Injectable()
export class BrowserCookie {
  private readonly alwaysSecure: boolean;

  constructor(config: Config) {
    this.alwaysSecure = config.profile === 'production' || config.profile === 'staging';
  }

  /** What the cookie holds. A browser that has it keeps it, so that sign-ins in two windows do not end each other. */
  give(reply: FastifyReply, { settings }: IdentityProvider): string {
    const { request } = reply;
    const value = this.read(request) ?? randomToken();
    // A form that another site sends brings no cookie along that is not said to be for other sites.
    const isForm = settings.responseMode === 'form_post';
    void reply.setCookie(NAME, value, {
      httpOnly: true,
      path: PATH,
      maxAge: LIFE_SECONDS,
      sameSite: isForm ? 'none' : 'lax',
      secure: isForm || this.alwaysSecure || request.protocol === 'https',
    });
    return value;
  }

  read(request: FastifyRequest): string | undefined {
    const value = cookieOf(request, NAME);
    return value !== undefined && VALUE.test(value) ? value : undefined;
  }
}
