import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobRunner } from './job-runner.js';

/** Runs the declared jobs of every feature. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [JobRunner], exports: [JobRunner] })
export class JobsModule {}
