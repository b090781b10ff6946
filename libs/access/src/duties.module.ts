import { Global, Module } from '@nestjs/common';
import { Duties } from './duties.js';
import { PersonConditions } from './person.conditions.js';

/** The one list of duties, for whoever demands one and whoever asks for them, and what judges people by it. */
@Global()
@Module({ providers: [Duties, PersonConditions], exports: [Duties, PersonConditions] })
export class DutiesModule {}
