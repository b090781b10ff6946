import { Injectable } from '@nestjs/common';
import type { ApiKeyPrincipal, Principal } from '#libs/access';
import { DomainError, type Pico } from '#libs/kernel';
import { ApiKeyDirectory, type ApiKeyStanding } from '../../api-keys/api-key.directory.js';
import { ModelCatalog, type ResolvedModel } from '../../models/model.catalog.js';
import { PrepaidHolds } from '../../usage/balance/prepaid.holds.js';
import { BudgetStandings } from '../../usage/budgets/budget.standings.js';
import { CallLimits } from '../../usage/limits/call.limits.js';
import { Admission, type Route, scopesOf } from '../admission.js';
import type { ExplainCallDto } from '../dto/explain.request.dto.js';
import type { ExplainedBudgetDto, ExplanationDto } from '../dto/explain.response.dto.js';
import { gatewayErrors } from '../gateway.errors.js';
import { type IncomingCall, readCall } from '../incoming.call.js';

/** Why a call is refused, in the words of whoever would refuse it. */
type Rule = Pick<DomainError, 'code' | 'message'>;

/** The door says no more than `invalid_api_key` to strangers; a key's owner may know which of these it is. */
const DOOR: Readonly<Record<NonNullable<ApiKeyStanding['refusal']>, Rule>> = {
  revoked: { code: 'invalid_api_key', message: 'This API key is revoked.' },
  expired: { code: 'key_expired', message: 'This API key has expired.' },
  owner_inactive: { code: 'invalid_api_key', message: 'The owner of this API key may not use their account.' },
  owner_banned: { code: 'banned', message: 'The owner of this API key is banned for now.' },
  team_left: { code: 'invalid_api_key', message: "The owner of this API key has left the key's team." },
};

/** Says what would become of a call by the rules that calls obey, without making one. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly keys: ApiKeyDirectory,
    private readonly catalog: ModelCatalog,
    private readonly admission: Admission,
    private readonly limits: CallLimits,
    private readonly budgets: BudgetStandings,
    private readonly holds: PrepaidHolds,
  ) {}

  /** @throws DomainError api_key_unnamed, api_key_not_found, or what is wrong with a body of this kind */
  async explain(actor: Principal, wish: ExplainCallDto): Promise<ExplanationDto> {
    const { principal, refusal } = await this.keys.standing(actor, keyOf(wish));
    const call = callOf(wish);
    const route = await this.routeOf(principal, call);
    const model = 'model' in route ? route.model : await this.modelOf(principal, wish.model);
    const worst = model && this.admission.mostOf(call, 'model' in route ? route.answerers : [model]);
    const budgets = model && worst !== undefined ? await this.budgetsOf(principal, model, worst) : [];
    const short = budgets.find(({ sufficient }) => !sufficient)?.refusal;
    const rule =
      (refusal && DOOR[refusal]) ??
      ('model' in route ? ((await this.limits.quotaRefusal(route.quota)) ?? short) : route);
    return {
      allowed: rule === undefined,
      rule: rule?.code ?? null,
      reason: rule?.message ?? null,
      apiKeyId: principal.id,
      model: model?.id ?? null,
      provider: 'target' in route ? route.target.slug : null,
      price: model ? model.price : null,
      worstCase: worst ?? null,
      held: rule === undefined && budgets.length > 0 ? (worst ?? 0n) : 0n,
      budgets,
    };
  }

  /** Where the call goes, or the rule that stops it. */
  private async routeOf(principal: ApiKeyPrincipal, call: IncomingCall): Promise<Route | Rule> {
    try {
      return await this.admission.route(principal, call);
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
  }

  /** A model of the key's own, also where a rule stands between them. */
  private async modelOf(principal: ApiKeyPrincipal, asked: string): Promise<ResolvedModel | undefined> {
    const id = principal.models.has(asked) ? asked : await this.catalog.canonical(asked);
    return principal.models.has(id) ? this.catalog.resolve(id) : undefined;
  }

  private async budgetsOf(
    principal: ApiKeyPrincipal,
    model: ResolvedModel,
    worst: Pico,
  ): Promise<(ExplainedBudgetDto & { refusal: DomainError })[]> {
    const scopes = this.holds.scopes(principal.userId, scopesOf(principal, model));
    const standings = await this.budgets.of(scopes);
    return standings.map((budget) => ({ ...budget, sufficient: budget.remaining >= worst }));
  }
}

function keyOf({ apiKeyId, key }: ExplainCallDto): { id: string } | { secret: string } {
  if (apiKeyId !== undefined && key === undefined) return { id: apiKeyId };
  if (key !== undefined && apiKeyId === undefined) return { secret: key };
  throw gatewayErrors.api_key_unnamed({ param: 'apiKeyId' });
}

/** The chat that is thought of, as it would come in. */
function callOf({ model, messages = [], maxTokens, bytes }: ExplainCallDto): IncomingCall {
  const body = Buffer.from(JSON.stringify({ model, messages, max_tokens: maxTokens }));
  const call = readCall('chat.completions', { body, headers: { 'content-type': 'application/json' } });
  // What a call knows it tells when it is asked, so a copy of its properties would know nothing.
  return bytes === undefined ? call : (Object.create(call, { bytes: { value: bytes } }) as IncomingCall);
}
