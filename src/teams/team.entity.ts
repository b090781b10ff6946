import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('teams')
export class TeamEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'text', name: 'slug' })
  slug: string;

  @Column({ type: 'text', name: 'name' })
  name: string;

  @Column({ type: 'text', name: 'description', nullable: true })
  description: string | null;

  /** `directory`: kept in step with a company's directory, not changed by hand. */
  @Column({ type: 'text', name: 'source' })
  source: 'local' | 'directory';

  /** An empty list is every model. */
  @Column({ type: 'text', array: true, name: 'allowed_models' })
  allowedModels: string[];

  @Column({ type: 'integer', name: 'rpm_limit', nullable: true })
  rpmLimit: number | null;

  @Column({ type: 'integer', name: 'tpm_limit', nullable: true })
  tpmLimit: number | null;

  @Column({ type: 'uuid', name: 'created_by', nullable: true })
  createdBy: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}
