import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import type { Page } from '#libs/kernel';
import type { ListViolationsQueryDto } from '../../dto/violation.dto.js';
import type { ViolationEntity } from './violation.entity.js';
import { ViolationsRepository } from './violations.repository.js';

/** Shows administrators who did what. */
@Injectable()
export class ViolationsService {
  constructor(private readonly violations: ViolationsRepository) {}

  list(_actor: Principal, query: ListViolationsQueryDto): Promise<Page<ViolationEntity>> {
    return this.violations.list(query);
  }
}
