import { Module } from '@nestjs/common';
import { RefusalRecorder } from './refusal.recorder.js';

@Module({ providers: [RefusalRecorder], exports: [RefusalRecorder] })
export class AuditModule {}
