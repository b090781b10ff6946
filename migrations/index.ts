import { CreateAccounts1763600001000 } from './1763600001000-create-accounts.js';
import { CreateTeams1763600002000 } from './1763600002000-create-teams.js';
import { CreateCatalogue1763600003000 } from './1763600003000-create-catalogue.js';
import { CreateSubscriptions1763600004000 } from './1763600004000-create-subscriptions.js';
import { CreateApiKeys1763600005000 } from './1763600005000-create-api-keys.js';
import { CreateUsageLedger1763600006000 } from './1763600006000-create-usage-ledger.js';
import { CreateAuditLog1763600007000 } from './1763600007000-create-audit-log.js';
import { CreateOutbox1763600008000 } from './1763600008000-create-outbox.js';
import { DropPreviousRefreshHash1763600101000 } from './1763600101000-drop-previous-refresh-hash.js';
import { IndexUsageByTime1763600106000 } from './1763600106000-index-usage-by-time.js';
import { CreateKeyPool1763600201000 } from './1763600201000-create-key-pool.js';
import { CreateModelRoutes1763600202000 } from './1763600202000-create-model-routes.js';
import { CreateModelPrices1763600204000 } from './1763600204000-create-model-prices.js';
import { CorrectUsage1763600204100 } from './1763600204100-correct-usage.js';
import { CreateJobs1763600300000 } from './1763600300000-create-jobs.js';
import { CreateBudgets1763620000100 } from './1763620000100-create-budgets.js';
import { CreateRateWindows1763620003000 } from './1763620003000-create-rate-windows.js';
import { LimitCallers1763620003100 } from './1763620003100-limit-callers.js';
import { NoteChanges1763620005000 } from './1763620005000-note-changes.js';
import { KeepAnswers1763620005100 } from './1763620005100-keep-answers.js';
import { NoteRealChanges1763620005200 } from './1763620005200-note-real-changes.js';
import { CreateBalance1763620006000 } from './1763620006000-create-balance.js';
import { CountQuotas1763620010000 } from './1763620010000-count-quotas.js';
import { CreateNotifications1763620011000 } from './1763620011000-create-notifications.js';
import { KeepResponseIds1763630000000 } from './1763630000000-keep-response-ids.js';
import { CreateSettings1763630012000 } from './1763630012000-create-settings.js';
import { NoteHowSessionsBegan1763640000000 } from './1763640000000-note-how-sessions-began.js';
import { CountSignInFailures1763640100000 } from './1763640100000-count-sign-in-failures.js';
import { BanPeople1763640101000 } from './1763640101000-ban-people.js';
import { KeepViolations1763640102000 } from './1763640102000-keep-violations.js';
import { CreateOneTimeLinks1763640200000 } from './1763640200000-create-one-time-links.js';
import { CreateSignIns1763640201000 } from './1763640201000-create-sign-ins.js';
import { CreateInvitations1763640202000 } from './1763640202000-create-invitations.js';
import { CreatePhoneCodes1763640203000 } from './1763640203000-create-phone-codes.js';
import { CreateSecondFactors1763640300000 } from './1763640300000-create-second-factors.js';
import { NameTotpFactors1763640301000 } from './1763640301000-name-totp-factors.js';
import { CreatePasskeyCeremonies1763640302000 } from './1763640302000-create-passkey-ceremonies.js';
import { CreateIdentities1763640400000 } from './1763640400000-create-identities.js';
import { CreateScimTokens1763640500000 } from './1763640500000-create-scim-tokens.js';
import { CreateScimResources1763640501000 } from './1763640501000-create-scim-resources.js';
import { KeepSpentAssertions1763640502000 } from './1763640502000-keep-spent-assertions.js';
import { KeyStoredHashes1763640600000 } from './1763640600000-key-stored-hashes.js';
import { CreateKeyRing1763640601000 } from './1763640601000-create-key-ring.js';
import { CreatePersonalTokens1763640602000 } from './1763640602000-create-personal-tokens.js';
import { SealAddresses1763640700000 } from './1763640700000-seal-addresses.js';
import { IgnoreResealing1763640701000 } from './1763640701000-ignore-resealing.js';
import { PartPeopleFromAudit1763640710000 } from './1763640710000-part-people-from-audit.js';
import { KeepPrivacy1763640711000 } from './1763640711000-keep-privacy.js';
import { CreateUserCredentials1763640800000 } from './1763640800000-create-user-credentials.js';
import { RecordAcceptedTerms1763640801000 } from './1763640801000-record-accepted-terms.js';
import { CreateUserAvatars1763640802000 } from './1763640802000-create-user-avatars.js';
import { NoteKeysById1763649340000 } from './1763649340000-note-keys-by-id.js';
import { IndexRareRows1763649350000 } from './1763649350000-index-rare-rows.js';
import { ChargeInOneGo1763650000000 } from './1763650000000-charge-in-one-go.js';
import { ChargeNoSliceThatIsGone1763650001000 } from './1763650001000-charge-no-slice-that-is-gone.js';
import { CountSoundAndPictures1763650100000 } from './1763650100000-count-sound-and-pictures.js';
import { CheckSoundAndPictures1763650101000 } from './1763650101000-check-sound-and-pictures.js';

/** Every migration in order. An explicit list, so that none runs because a file happens to lie here. */
export const migrations = [
  CreateAccounts1763600001000,
  CreateTeams1763600002000,
  CreateCatalogue1763600003000,
  CreateSubscriptions1763600004000,
  CreateApiKeys1763600005000,
  CreateUsageLedger1763600006000,
  CreateAuditLog1763600007000,
  CreateOutbox1763600008000,
  DropPreviousRefreshHash1763600101000,
  IndexUsageByTime1763600106000,
  CreateKeyPool1763600201000,
  CreateModelRoutes1763600202000,
  CreateModelPrices1763600204000,
  CorrectUsage1763600204100,
  CreateJobs1763600300000,
  CreateBudgets1763620000100,
  CreateRateWindows1763620003000,
  LimitCallers1763620003100,
  NoteChanges1763620005000,
  KeepAnswers1763620005100,
  NoteRealChanges1763620005200,
  CreateBalance1763620006000,
  CountQuotas1763620010000,
  CreateNotifications1763620011000,
  KeepResponseIds1763630000000,
  CreateSettings1763630012000,
  NoteHowSessionsBegan1763640000000,
  CountSignInFailures1763640100000,
  BanPeople1763640101000,
  KeepViolations1763640102000,
  CreateOneTimeLinks1763640200000,
  CreateSignIns1763640201000,
  CreateInvitations1763640202000,
  CreatePhoneCodes1763640203000,
  CreateSecondFactors1763640300000,
  NameTotpFactors1763640301000,
  CreatePasskeyCeremonies1763640302000,
  CreateIdentities1763640400000,
  CreateScimTokens1763640500000,
  CreateScimResources1763640501000,
  KeepSpentAssertions1763640502000,
  KeyStoredHashes1763640600000,
  CreateKeyRing1763640601000,
  CreatePersonalTokens1763640602000,
  SealAddresses1763640700000,
  IgnoreResealing1763640701000,
  PartPeopleFromAudit1763640710000,
  KeepPrivacy1763640711000,
  CreateUserCredentials1763640800000,
  RecordAcceptedTerms1763640801000,
  CreateUserAvatars1763640802000,
  NoteKeysById1763649340000,
  IndexRareRows1763649350000,
  ChargeInOneGo1763650000000,
  ChargeNoSliceThatIsGone1763650001000,
  CountSoundAndPictures1763650100000,
  CheckSoundAndPictures1763650101000,
];
