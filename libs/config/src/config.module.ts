import { type DynamicModule, Module } from '@nestjs/common';
import { Config } from './load.js';
import { PublicConfig } from './public-facts.js';

/** Makes the loaded configuration, each of its slices and what is public of it injectable everywhere. */
@Module({})
export class ConfigModule {
  static forRoot(config: Config): DynamicModule {
    const providers = [
      { provide: Config, useValue: config },
      { provide: PublicConfig, useValue: new PublicConfig() },
      ...config.slices().map(({ slice, values }) => ({ provide: slice.token, useValue: values })),
    ];
    return { module: ConfigModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}
