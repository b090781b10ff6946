import { type DynamicModule, Module } from '@nestjs/common';
import { Config } from './load.js';

/** Makes the loaded configuration and each of its slices injectable everywhere. */
@Module({})
export class ConfigModule {
  static forRoot(config: Config): DynamicModule {
    const providers = [
      { provide: Config, useValue: config },
      ...config.slices().map(({ slice, values }) => ({ provide: slice.token, useValue: values })),
    ];
    return { module: ConfigModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}
