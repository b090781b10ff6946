import { Flag, Instant, Text } from '#libs/http';

export class UserCodeParamDto {
  @Text({ description: 'The code that the device shows. Small letters do not matter.', example: 'WDJB-MJHT', max: 40 })
  userCode: string;
}

export class DecideDeviceDto {
  @Flag({ description: 'Whether the device may act for you.', example: true })
  approve: boolean;
}

/** A device that asks for your rights. */
export class DeviceRequestDto {
  @Text({ description: 'What the program calls itself. Nobody has proved it.', example: 'sluice-cli' })
  client: string;

  @Text({ description: 'The address of the network that it asks from.', example: '203.0.113.7', nullable: true })
  ip: string | null;

  @Text({ description: 'What it says it runs on.', example: 'sluice-cli/1.4 linux', nullable: true })
  userAgent: string | null;

  @Instant({ description: 'Since when it waits.', example: '2026-11-20T06:23:16.000Z' })
  createdAt: Date;

  @Instant({ description: 'Until when it waits.', example: '2026-11-20T06:38:16.000Z' })
  expiresAt: Date;
}
