/**
 * A process of its own that appends numbered records to the spool in the folder it is told, each padded to
 * the given size, and prints the number of each once it is durable; it stops at the first failure, which it
 * prints as well.
 */
import { Spool, SpoolFull } from '#libs/spool';

async function main([folder = '', size = '0', count = '0']: readonly string[]): Promise<void> {
  const text = { encode: (record: string) => Buffer.from(record), decode: (payload: Buffer) => payload.toString() };
  const spool = await Spool.open(folder, text);
  for (let i = 0; i < Number(count); i += 1) {
    const record = `${process.pid}-${i}`;
    try {
      await spool.append([record.padEnd(Number(size), '.')]);
    } catch (error) {
      process.stdout.write(error instanceof SpoolFull ? `full ${error.reason}\n` : `failed ${String(error)}\n`);
      break;
    }
    process.stdout.write(`${record}\n`);
  }
  await spool.close();
}

void main(process.argv.slice(2));
