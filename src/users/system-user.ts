/** The platform's own account: owner of what nobody made. It is inactive, has no password and never signs in. */
export const SYSTEM_USER_ID = '00000000-0000-0000-0000-000000000001';
