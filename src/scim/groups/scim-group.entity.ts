import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a directory says of a team, as it is kept. */
@Entity('scim_groups')
export class ScimGroupEntity {
  /** That of the team. */
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'text', name: 'external_id', nullable: true })
  externalId: string | null;

  @Column({ type: 'text', name: 'display_name' })
  displayName: string;

  /** Grows with every change, also of who is in it. */
  @Column({ type: 'bigint', name: 'revision' })
  revision: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}
