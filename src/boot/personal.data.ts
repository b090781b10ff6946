import { PersonalData } from '#libs/privacy';
import { apiKeysPersonalData } from '../api-keys/personal-data.js';
import { auditPersonalData } from '../audit/personal-data.js';
import { authPersonalData, authRetention } from '../auth/personal-data.js';
import { modelsPersonalData } from '../models/personal-data.js';
import { notificationsRetention } from '../notifications/personal-data.js';
import { privacyPersonalData, privacyRetention } from '../privacy/personal-data.js';
import { scimPersonalData } from '../scim/personal-data.js';
import { subscriptionsPersonalData } from '../subscriptions/personal-data.js';
import { teamsPersonalData } from '../teams/personal-data.js';
import { usagePersonalData } from '../usage/personal-data.js';
import { usersPersonalData } from '../users/personal-data.js';

/** What every feature keeps of people. `test/contract/personal-data.spec.ts` fails when a column is missing here. */
export const personalData = new PersonalData(
  [
    ...usersPersonalData,
    ...authPersonalData,
    ...apiKeysPersonalData,
    ...subscriptionsPersonalData,
    ...teamsPersonalData,
    ...usagePersonalData,
    ...modelsPersonalData,
    ...scimPersonalData,
    ...auditPersonalData,
    ...privacyPersonalData,
  ],
  [...authRetention, ...notificationsRetention, ...privacyRetention],
);
