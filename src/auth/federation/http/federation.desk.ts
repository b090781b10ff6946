import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '#libs/access';
import { Arrival } from '../arrival.js';
import { Departure, type DepartureWish } from '../departure.js';
import { IdentityProviders } from '../identity-providers.js';
import type { ProviderAnswer } from '../redirect.protocol.js';
import { BrowserCookie } from './browser.cookie.js';
import type { AuthUrlDto } from './federation.dto.js';
import { answerOf } from './provider.answer.js';
import { SignInReply } from './sign-in.reply.js';

type Wish = Pick<DepartureWish, 'provider' | 'returnTo'>;

const SEE_OTHER = 303;

/** Where browsers leave for identity providers and come back: the part of federation that knows of cookies. */
@Injectable()
export class FederationDesk {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly cookie: BrowserCookie,
    private readonly departure: Departure,
    private readonly arrival: Arrival,
    private readonly answer: SignInReply,
  ) {}

  async begin(actor: Principal, wish: Wish, network: string, reply: FastifyReply): Promise<AuthUrlDto> {
    const url = await this.departure.signIn(actor, this.completed(wish, network, reply));
    return { authUrl: url.href };
  }

  async beginLink(actor: Principal, wish: Wish, network: string, reply: FastifyReply): Promise<AuthUrlDto> {
    const url = await this.departure.link(actor, this.completed(wish, network, reply));
    return { authUrl: url.href };
  }

  async send(actor: Principal, wish: Wish, network: string, reply: FastifyReply): Promise<void> {
    const { authUrl } = await this.begin(actor, wish, network, reply);
    await reply.header('cache-control', 'no-store').redirect(authUrl, SEE_OTHER);
  }

  async receive(
    actor: Principal,
    slug: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    await this.receiveAnswer(actor, slug, answerOf(request), request, reply);
  }

  async receiveAnswer(
    actor: Principal,
    slug: string | undefined,
    answer: ProviderAnswer,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const came = { slug, answer, browser: this.cookie.read(request) };
    await this.answer.send(reply, await this.arrival.receive(actor, came));
  }

  private completed(wish: Wish, network: string, reply: FastifyReply): DepartureWish {
    const browser = this.cookie.give(reply, this.providers.get(wish.provider));
    return { provider: wish.provider, returnTo: wish.returnTo, browser, network };
  }
}
