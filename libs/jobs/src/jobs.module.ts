import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobRunner } from './job-runner.js';
import { JobsRepository } from './jobs.repository.js';

/** Runs the declared jobs of every feature. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [JobRunner, JobsRepository], exports: [JobRunner] })
export class JobsModule {}
