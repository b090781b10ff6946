import { Flag, JsonMap, ListOf, Text, Texts } from '#libs/http';

/** Another house that says who somebody is. */
export class PublicIdentityProviderDto {
  @Text({ description: 'Names it in addresses: `/api/auth/oauth/<slug>`.', example: 'company' })
  slug: string;

  @Text({ description: 'What it is.', example: 'oidc' })
  kind: string;

  @Text({ description: 'What people call it.', example: 'Company account' })
  label: string;
}

/** What anybody may know of this installation. */
export class PublicConfigDto {
  @Text({ description: "The product's name.", example: 'Sluice' })
  product: string;

  @Text({ description: 'Its version.', example: '0.1.0' })
  version: string;

  @Text({ description: 'The currency of every amount, ISO 4217.', example: 'USD' })
  currency: string;

  @Texts({ description: 'How a person can sign in.', example: ['password'] })
  loginMethods: string[];

  @ListOf(() => PublicIdentityProviderDto, { description: 'Those of them that are identity providers.', example: [] })
  identityProviders: PublicIdentityProviderDto[];

  @Flag({ description: 'Whether a stranger may make an account.', example: true })
  registrationOpen: boolean;

  @Text({
    description: "Where the API's documentation is; null when it is not served.",
    nullable: true,
    example: '/docs',
  })
  docsUrl: string | null;

  @JsonMap({ description: 'Optional parts of the product, and whether they are on.', example: {} })
  features: Record<string, boolean>;
}

/** A rule that a variable breaks where it is only a warning. */
export class ConfigWarningDto {
  @Text({ description: 'The variable.', example: 'CORS_ORIGIN' })
  variable: string;

  @Text({ description: 'What is wrong with it, without its value.', example: 'must not be *' })
  rule: string;
}

/** The configuration of the process that answers. */
export class AdminConfigDto {
  @Text({ description: 'What NODE_ENV stands for; `local` when it is not set.', example: 'production' })
  profile: string;

  @JsonMap({
    description: 'Every variable by name: its value, `***` for a secret that is set, null for what is not set.',
    example: { PORT: 3000, JWT_SECRET: '***', REDIS_URL: null },
  })
  variables: Record<string, unknown>;

  @ListOf(() => ConfigWarningDto, { description: 'What would stop the start of a stricter profile.', example: [] })
  warnings: ConfigWarningDto[];
}
