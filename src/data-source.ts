import { readEnvironment } from '#libs/config';
import { createDataSource, databaseConfig } from '#libs/database';
import { migrations } from '../migrations/index.js';

/** What TypeORM's own command line works on: `npx typeorm -d dist/src/data-source.js migration:show`. */
export const dataSource = createDataSource(readEnvironment()[databaseConfig.variables.url.env] ?? '', { migrations });
