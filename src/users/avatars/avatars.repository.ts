import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** A picture as it is served. */
export interface Avatar {
  /** Made here, never by its sender; a new picture has a new one. */
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** The questions about people's pictures. They live in PostgreSQL, so that every replica has them. */
@Injectable()
export class AvatarsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async save(userId: string, { name, type, bytes }: Avatar): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO user_avatars (user_id, name, media_type, bytes) VALUES ($1, $2, $3, $4)
       ON CONFLICT (user_id) DO UPDATE
          SET name = excluded.name, media_type = excluded.media_type, bytes = excluded.bytes, updated_at = now()`,
      [userId, name, type, bytes],
    );
  }

  async find(name: string): Promise<Avatar | undefined> {
    const rows: Avatar[] = await this.work.manager.query(
      'SELECT name, media_type AS type, bytes FROM user_avatars WHERE name = $1',
      [name],
    );
    return rows[0];
  }

  async nameOf(userId: string): Promise<string | undefined> {
    const rows: { name: string }[] = await this.work.manager.query('SELECT name FROM user_avatars WHERE user_id = $1', [
      userId,
    ]);
    return rows[0]?.name;
  }

  /** @returns false when there was none */
  async remove(userId: string): Promise<boolean> {
    const [rows] = (await this.work.manager.query('DELETE FROM user_avatars WHERE user_id = $1 RETURNING name', [
      userId,
    ])) as [unknown[], number];
    return rows.length > 0;
  }
}
