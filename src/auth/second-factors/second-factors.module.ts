import { Module } from '@nestjs/common';
import { SecondFactors } from './second.factors.js';

@Module({ providers: [SecondFactors], exports: [SecondFactors] })
export class SecondFactorsModule {}
