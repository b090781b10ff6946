import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ViolationType } from './violation.scores.js';

@Entity('violations')
export class ViolationEntity {
  @PrimaryColumn({ type: 'uuid', name: 'id' })
  id: string;

  @Column({ type: 'text', name: 'type' })
  type: ViolationType;

  @Column({ type: 'integer', name: 'score' })
  score: number;

  /** Who did it; of a failed sign-in, whose account was tried. */
  @Column({ type: 'uuid', name: 'user_id', nullable: true })
  userId: string | null;

  @Column({ type: 'text', name: 'network', nullable: true })
  network: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}
