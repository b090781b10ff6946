import { Global, Module } from '@nestjs/common';
import { Duties } from './duties.js';

/** The one list of duties, for whoever demands one and whoever asks for them. */
@Global()
@Module({ providers: [Duties], exports: [Duties] })
export class DutiesModule {}
