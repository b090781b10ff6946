import { Controller, Get, Global, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Clock, SystemClock } from '#libs/kernel';
import { accessConfig } from './access.config.js';
import { AccessModule } from './access.module.js';
import { type Authentication, Authenticator, RefusalObserver } from './authenticator.js';
import { definePermissions, hasPermission, type Permission, permissionCatalogue } from './permissions.js';
import { ANONYMOUS, SYSTEM, type UserPrincipal } from './principal.js';
import { RequestLimiter } from './request-limiter.js';
import { Routes } from './routes.js';
import { Access, permitted, PUBLIC } from './rule.js';
import { accessErrors } from './access.errors.js';

const permissions = definePermissions('specs', {
  read: { description: 'Read.', roles: ['admin', 'user'] },
  write: { description: 'Write.', roles: ['admin'] },
});

class Nobody extends Authenticator {
  readonly accepts = 'session';

  authenticate(): Authentication {
    return { accepted: false, error: accessErrors.unauthorized() };
  }
}

class Deaf extends RefusalObserver {
  refused(): Promise<void> {
    return Promise.resolve();
  }
}

class Patient extends RequestLimiter {
  count(): void {}
}

const parts = [
  Nobody,
  Deaf,
  Patient,
  { provide: Clock, useClass: SystemClock },
  { provide: accessConfig.token, useValue: { recentSeconds: 900, recentFor: ['api-keys'] } },
];

@Global()
@Module({ providers: parts, exports: parts })
class PartsModule {}

@Controller('specs')
class GuardedController {
  @Get()
  @Access(permitted(permissions.read))
  list(): void {}

  @Get(['one', 'first'])
  @Access(PUBLIC)
  one(): void {}
}

@Controller('open')
class OpenController {
  @Get()
  list(): void {}
}

@Controller('mistyped')
class MistypedController {
  @Get()
  @Access(permitted('specs:raed' as Permission))
  list(): void {}
}

async function boot(...controllers: Type[]): Promise<TestingModule> {
  @Module({ controllers })
  class FeatureModule {}
  const access = AccessModule.forRoot({
    imports: [PartsModule],
    authenticators: [Nobody],
    observer: Deaf,
    limiter: Patient,
  });
  const module = await Test.createTestingModule({ imports: [access, FeatureModule] }).compile();
  return module.init();
}

describe('access', () => {
  it('boots when every route says who may use it, and lists them', async () => {
    const module = await boot(GuardedController);
    expect(module.get(Routes).matrix()).toEqual([
      'GET    /specs → specs:read',
      'GET    /specs/first → public',
      'GET    /specs/one → public',
    ]);
    await module.close();
  });

  it('refuses to boot with a route that nobody guards, naming it', async () => {
    await expect(boot(GuardedController, OpenController)).rejects.toThrow('GET /open (OpenController.list)');
  });

  it('refuses to boot with a permission that nobody declared', async () => {
    await expect(boot(MistypedController)).rejects.toThrow('GET /mistyped (MistypedController.list)');
  });

  it('gives permissions to people by their role, to the platform all, and to others none', () => {
    const person = (role: string): UserPrincipal => ({
      kind: 'user',
      id: '1',
      userId: '1',
      role,
      sessionId: 's',
      methods: ['pwd'],
      authenticatedAt: new Date(),
      isFullyProved: true,
      duties: [],
    });
    expect(hasPermission(person('admin'), permissions.write)).toBe(true);
    expect(hasPermission(person('user'), permissions.read)).toBe(true);
    expect(hasPermission(person('user'), permissions.write)).toBe(false);
    expect(hasPermission(person('constructor'), permissions.read)).toBe(false);
    expect(hasPermission(SYSTEM, permissions.write)).toBe(true);
    expect(hasPermission(ANONYMOUS, permissions.read)).toBe(false);
    expect(hasPermission({ kind: 'api-key', id: 'k', userId: '1', models: new Set() }, permissions.read)).toBe(false);
  });

  it('lets a permission be declared once', () => {
    expect(permissionCatalogue().map(({ permission }) => permission)).toEqual(['specs:read', 'specs:write']);
    expect(() => definePermissions('specs', { read: { description: 'Again.', roles: [] } })).toThrow('specs:read');
  });
});
