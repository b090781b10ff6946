import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Something that somebody agreed to. It is never deleted while the account is there, only withdrawn. */
@Entity('consents')
export class ConsentEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'uuid', name: 'user_id' })
  userId: string;

  @Column({ type: 'text' })
  purpose: string;

  /** Of the text that was agreed to. */
  @Column({ type: 'text' })
  version: string;

  @Column({ type: 'timestamptz', name: 'given_at' })
  givenAt: Date;

  @Column({ type: 'timestamptz', name: 'withdrawn_at', nullable: true })
  withdrawnAt: Date | null;
}
