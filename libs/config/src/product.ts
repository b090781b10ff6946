/** What runs here. A spec holds the version to package.json. */
export const PRODUCT = { name: 'Sluice', version: '0.1.0' } as const;
