export { PersonalData } from './personal-data.js';
export type { ExportedSection, PersonalColumn, RetentionRule } from './personal-data.js';
