import { Controller, Get, Param, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { SCIM } from '#libs/access';
import { Endpoint } from '#libs/http';
import { ScimNameParamDto } from '../dto/scim.request.dto.js';
import { ScimInterceptor } from '../protocol/scim.interceptor.js';
import { SCIM_BASE, SCIM_JSON } from '../protocol/scim.names.js';
import { resourceType, resourceTypes, schema, schemas, SERVICE_PROVIDER_CONFIG } from './discovery.js';

const answer = (description: string) => ({ description, contentType: SCIM_JSON });

@ApiTags('SCIM')
@Controller(SCIM_BASE.slice(1))
@UseInterceptors(ScimInterceptor)
export class ScimDiscoveryController {
  @Get('ServiceProviderConfig')
  @Endpoint({ access: SCIM, summary: 'What of SCIM is spoken here', raw: answer('The configuration, RFC 7643 §5.') })
  getScimServiceProviderConfig(): object {
    return SERVICE_PROVIDER_CONFIG;
  }

  @Get('ResourceTypes')
  @Endpoint({ access: SCIM, summary: 'What can be provisioned', raw: answer('The types, RFC 7643 §6.') })
  listScimResourceTypes(): object {
    return resourceTypes();
  }

  @Get('ResourceTypes/:id')
  @Endpoint({
    access: SCIM,
    summary: 'One type of what can be provisioned',
    raw: answer('The type, RFC 7643 §6.'),
    errors: { 404: ['scim_resource_not_found'] },
  })
  getScimResourceType(@Param() { id }: ScimNameParamDto): object {
    return resourceType(id);
  }

  @Get('Schemas')
  @Endpoint({ access: SCIM, summary: 'What is known of people and groups', raw: answer('The schemas, RFC 7643 §7.') })
  listScimSchemas(): object {
    return schemas();
  }

  @Get('Schemas/:id')
  @Endpoint({
    access: SCIM,
    summary: 'What is known of people, or of groups',
    raw: answer('The schema, RFC 7643 §7.'),
    errors: { 404: ['scim_resource_not_found'] },
  })
  getScimSchema(@Param() { id }: ScimNameParamDto): object {
    return schema(id);
  }
}
