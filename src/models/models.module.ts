import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProvidersModule } from '../providers/providers.module.js';
import { CatalogueHealth } from './catalogue.health.js';
import { ModelCatalog } from './model.catalog.js';
import { ModelEntity } from './model.entity.js';
import { ModelSyncRepository } from './model-sync.repository.js';
import { ModelSync } from './model.sync.js';
import { ModelsController } from './models.controller.js';
import { ModelsJobs } from './models.jobs.js';
import { ModelsRepository } from './models.repository.js';
import { ModelsService } from './models.service.js';
import { AdminPricesController } from './prices/admin-prices.controller.js';
import { PriceListsRepository } from './prices/price-lists.repository.js';
import { PriceLists } from './prices/price.lists.js';
import { PricesRepository } from './prices/prices.repository.js';
import { PricesService } from './prices/prices.service.js';
import { AdminModelRoutesController } from './routing/admin-model-routes.controller.js';
import { ModelRoutesRepository } from './routing/model-routes.repository.js';
import { ModelRoutesService } from './routing/model-routes.service.js';
import { ModelRoutes } from './routing/model.routes.js';
import { PriceBook } from './price.book.js';

/** The catalogue: which models there are, what they can do, and what they cost. */
@Module({
  imports: [TypeOrmModule.forFeature([ModelEntity]), ProvidersModule],
  controllers: [ModelsController, AdminPricesController, AdminModelRoutesController],
  providers: [
    CatalogueHealth,
    ModelsService,
    ModelsRepository,
    ModelCatalog,
    ModelRoutes,
    ModelRoutesRepository,
    ModelRoutesService,
    ModelSync,
    ModelSyncRepository,
    ModelsJobs,
    PriceBook,
    PriceLists,
    PriceListsRepository,
    PricesRepository,
    PricesService,
  ],
  exports: [ModelCatalog, PriceBook],
})
export class ModelsModule {}
