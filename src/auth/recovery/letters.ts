import type { Letter } from '#libs/mail';

/** What is known of whoever asked for a mail. */
export interface Asked {
  /** Where the request came from. */
  readonly ip: string;
  /** `Firefox on Windows`. */
  readonly device: string;
}

const NOT_YOU = 'If it was not you, there is nothing to do: nothing was changed.';

/** Who calls a program after a website gets no link to it into our mails. */
function askedFrom({ ip, device }: Asked): string {
  return `It was asked for from ${device.replaceAll('.', ' ')} at ${ip}.`;
}

const ENDED_BY_RESET = 'A new password ends all sessions and personal access tokens of the account.';
const REMOVED_BY_RESET =
  'This address was never verified, so others may have used the account: its API keys, second factors, passkeys and linked identities go as well.';

export function resetLetter(to: string, url: string, asked: Asked, isVerified: boolean): Letter {
  return {
    to,
    subject: 'Choose a new password',
    paragraphs: [
      'Somebody asked for a new password for your account.',
      askedFrom(asked),
      ENDED_BY_RESET,
      ...(isVerified ? [] : [REMOVED_BY_RESET]),
    ],
    link: { label: 'Choose a new password', url },
    closing: ['The link is good once, for 15 minutes.', NOT_YOU],
  };
}

export function noPasswordLetter(to: string, asked: Asked): Letter {
  return {
    to,
    subject: 'Your account has no password',
    paragraphs: [
      'Somebody asked for a new password for your account.',
      askedFrom(asked),
      'The account has none: you sign in to it through the identity provider of your organisation.',
    ],
    closing: [NOT_YOU],
  };
}

export function verificationLetter(to: string, url: string): Letter {
  return {
    to,
    subject: 'Verify your e-mail address',
    paragraphs: ['An account was made with this e-mail address. Show that it is yours:'],
    link: { label: 'Verify the address', url },
    closing: ['The link is good for 24 hours.', NOT_YOU],
  };
}

const CALL_FOR_HELP =
  'If it was not you, choose a new password at once, end your other sessions, and tell an administrator.';

export function newDeviceLetter(to: string, { ip, device }: Asked, at: Date): Letter {
  return {
    to,
    subject: 'New sign-in to your account',
    paragraphs: [
      'Somebody signed in to your account from where you have not been seen before.',
      `${device.replaceAll('.', ' ')} at ${ip}, ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ],
    closing: ['If it was you, there is nothing to do.', CALL_FOR_HELP],
  };
}

/** Tells of something that was done to an account and that its owner must hear of. */
export function noticeLetter(to: string, what: string): Letter {
  return {
    to,
    subject: what,
    paragraphs: [`${what}.`],
    closing: ['If it was you, there is nothing to do.', CALL_FOR_HELP],
  };
}

export function invitationLetter(to: string, url: string): Letter {
  return {
    to,
    subject: 'You are invited to make an account',
    paragraphs: ['An administrator invited you to make an account with this e-mail address.'],
    link: { label: 'Make an account', url },
    closing: ['The link is good once, for seven days.'],
  };
}

export function repeatedRegistrationLetter(to: string, asked: Asked): Letter {
  return {
    to,
    subject: 'You have an account already',
    paragraphs: ['Somebody wanted to make an account with your e-mail address.', askedFrom(asked)],
    closing: ['You have one already: sign in to it, or ask for a new password.', NOT_YOU],
  };
}

export function changeEmailLetter(to: string, url: string): Letter {
  return {
    to,
    subject: 'Confirm your new e-mail address',
    paragraphs: ['Somebody wants this to be the e-mail address of their account.'],
    link: { label: 'Use this address', url },
    closing: ['The link is good once, for one hour.', NOT_YOU],
  };
}

export function addressTakenLetter(to: string): Letter {
  return {
    to,
    subject: 'This address has an account already',
    paragraphs: ['Somebody wants this to be the e-mail address of their account, but there is one with it already.'],
    closing: [NOT_YOU],
  };
}
