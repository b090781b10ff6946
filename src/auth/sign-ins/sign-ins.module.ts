import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../../users/users.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInEntity } from './sign-in.entity.js';
import { SignInHistory } from './sign-in.history.js';
import { SignInRecorder } from './sign-in.recorder.js';
import { SignInsController } from './sign-ins.controller.js';
import { SignInsJobs } from './sign-ins.jobs.js';
import { SignInsRepository } from './sign-ins.repository.js';

/** The history of sign-ins, and the word of one from a new device. */
@Module({
  imports: [UsersModule, SessionsModule, TypeOrmModule.forFeature([SignInEntity])],
  controllers: [SignInsController],
  providers: [SignInHistory, SignInRecorder, SignInsJobs, SignInsRepository],
})
export class SignInsModule {}
