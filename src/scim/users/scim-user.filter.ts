import { Injectable } from '@nestjs/common';
import { canonicalEmail } from '#libs/kernel';
import { UserDirectory } from '../../users/user.directory.js';
import { parseFilter } from '../protocol/filter.js';
import { anyCase, exactly, identity, moments, type SqlFilter, type Term, toSql } from '../protocol/filter.sql.js';
import { UserNameSealer } from './user-name.sealer.js';

/** Finds out which people a filter means. Names and addresses are sealed, so they are found whole or not at all. */
@Injectable()
export class ScimUserFilter {
  private readonly terms: Readonly<Record<string, Term>>;

  constructor(accounts: UserDirectory, userNames: UserNameSealer) {
    const email: Term = async (operator, value, bind) => {
      if (operator === 'pr') return 's.email_given';
      if (operator !== 'eq' || typeof value !== 'string') return undefined;
      const account = await accounts.findByEmail(canonicalEmail(value));
      return account ? `s.email_given AND s.id = ${bind(account.id)}` : 'false';
    };
    this.terms = {
      id: identity('s.id'),
      externalid: exactly('s.external_id'),
      username: (operator, value, bind) => {
        if (operator === 'pr') return 'true';
        if (operator !== 'eq' || typeof value !== 'string') return undefined;
        return `s.user_name_index = ANY(${bind(userNames.indexes(value))})`;
      },
      active: (operator, value) => {
        const active = value === true || value === 'true' || value === 'True';
        if (operator === 'pr') return 'true';
        if (operator !== 'eq' && operator !== 'ne') return undefined;
        return `(u.status = 'active') ${(operator === 'eq') === active ? '' : 'IS NOT TRUE'}`;
      },
      emails: email,
      'emails.value': email,
      'emails.type': anyCase('s.email_type'),
      'emails.primary': (operator, value) => (operator === 'eq' && value === true ? 's.email_given' : undefined),
      displayname: anyCase('s.display_name'),
      'name.formatted': anyCase('s.formatted_name'),
      'name.givenname': anyCase('s.given_name'),
      'name.familyname': anyCase('s.family_name'),
      'meta.created': moments('s.created_at'),
      'meta.lastmodified': moments('s.updated_at'),
    };
  }

  /** @throws DomainError scim_invalid_filter */
  async read(filter: string | undefined): Promise<SqlFilter> {
    if (filter === undefined || filter.trim() === '') return { sql: 'true', values: [] };
    return toSql(parseFilter(filter), this.terms);
  }
}
