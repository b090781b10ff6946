import { Injectable } from '@nestjs/common';
import { Brackets } from 'typeorm';
import { likeContains, paginate, UnitOfWork } from '#libs/database';
import { canonicalEmail, mapPage, type Page } from '#libs/kernel';
import { ContactSealer } from '../contact.sealer.js';
import type { ListPeopleQueryDto } from '../dto/person.dto.js';
import { SYSTEM_USER_ID } from '../system-user.js';
import { type User, UserEntity } from '../user.entity.js';

/** What administrators may change of an account. */
export type StandingChange = Partial<Pick<User, 'role' | 'status' | 'bannedUntil' | 'banReason'>>;

/** The questions of those who administer people. */
@Injectable()
export class PeopleRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly contacts: ContactSealer,
  ) {}

  /** The platform's own user is nobody. */
  async list({ search, role, status, sort, ...page }: Wanted, now: Date): Promise<Page<User>> {
    const found = this.users.createQueryBuilder('person').where('person.id <> :system', { system: SYSTEM_USER_ID });
    if (search !== undefined) found.andWhere(this.isNamed(search));
    if (role !== undefined) found.andWhere('person.role = :role', { role });
    if (status === 'banned') found.andWhere('person.banned_until > :now', { now });
    else if (status !== undefined) found.andWhere('person.status = :status', { status });
    const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
    const column = sort.replace('-', '');
    // The id makes the order total.
    found.orderBy(`person.${column}`, direction, 'NULLS LAST').addOrderBy('person.id', direction);
    return mapPage(await paginate(found, page), (row) => this.contacts.open(row));
  }

  async change(id: string, change: StandingChange, updatedAt: Date): Promise<void> {
    await this.users.update({ id }, { ...change, updatedAt });
  }

  /** Addresses are sealed, so only a whole one finds somebody. */
  private isNamed(search: string): Brackets {
    return new Brackets((either) => {
      either
        .where('person.name ILIKE :name', { name: likeContains(search) })
        .orWhere('person.email_index IN (:...addresses)', {
          addresses: this.contacts.emailIndexes(canonicalEmail(search)),
        });
    });
  }

  private get users() {
    return this.work.manager.getRepository(UserEntity);
  }
}

type Wanted = Omit<ListPeopleQueryDto, 'pageSize'>;
