import { Text } from '#libs/http';

/** How the installation presents itself. */
export class BrandingDto {
  @Text({
    description: 'What the installation calls itself; null for the name of the product.',
    nullable: true,
    example: 'Models of Example Inc.',
  })
  title: string | null;
}

/** What is to be changed of it; what is left out stays. */
export class SetBrandingDto {
  @Text({
    description: 'What the installation calls itself; null takes it back.',
    min: 1,
    max: 100,
    nullable: true,
    optional: true,
    example: 'Models of Example Inc.',
  })
  title?: string | null;
}
