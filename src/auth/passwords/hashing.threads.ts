import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** What a thread can be asked, and what it answers with. */
export type HashingTask =
  | {
      readonly kind: 'hash';
      readonly password: string;
      readonly memoryKib: number;
      readonly passes: number;
      readonly lanes: number;
    }
  | { readonly kind: 'verify-argon2' | 'verify-bcrypt'; readonly password: string; readonly stored: string };

type Answer = { readonly value: string | boolean } | { readonly failure: string };

/**
 * Linux gives a thread of this niceness a tenth of what others get where they compete, and takes it off its core as
 * soon as one of them wakes up. It is enough to sign in on a machine that never rests.
 */
const NICENESS = 10;

/** Runs in the thread. A text, because what is compiled and what tests load lies in different places. */
const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  const argon2 = require(workerData.argon2);
  const bcrypt = require(workerData.bcrypt);
  try {
    const thread = require('node:fs').readlinkSync('/proc/thread-self').split('/').at(-1);
    require('node:os').setPriority(Number(thread), workerData.niceness);
  } catch {
    // Only Linux knows the priority of a thread.
  }
  const answer = (task) => {
    if (task.kind === 'verify-bcrypt') return bcrypt.compareSync(task.password, task.stored);
    if (task.kind === 'verify-argon2') return argon2.verifySync(task.stored, task.password);
    const { memoryKib, passes, lanes } = task;
    return argon2.hashSync(task.password, { memoryCost: memoryKib, timeCost: passes, parallelism: lanes });
  };
  parentPort.on('message', (task) => {
    try {
      parentPort.postMessage({ value: answer(task) });
    } catch (error) {
      parentPort.postMessage({ failure: error.message });
    }
  });
`;

/**
 * Threads for slow hashes, as many as are asked at once. They stand back behind everything else that the machine does:
 * people who sign in must not slow down programs that call.
 */
@Injectable()
export class HashingThreads implements OnModuleDestroy {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();

  async onModuleDestroy(): Promise<void> {
    await Promise.all(Array.from(this.all, (thread) => thread.terminate()));
  }

  /** @throws Error when the library does, or the thread ends */
  async run(task: HashingTask): Promise<string | boolean> {
    const thread = this.idle.pop() ?? this.start();
    const answer = await new Promise<Answer>((resolve) => {
      const end = (code: number): void => resolve({ failure: `The hashing thread ended with code ${code}.` });
      thread.once('exit', end);
      thread.once('message', (message: Answer) => {
        thread.off('exit', end);
        this.idle.push(thread);
        resolve(message);
      });
      // Only while somebody waits does it keep the process.
      thread.ref();
      thread.postMessage(task, []);
    });
    thread.unref();
    if ('failure' in answer) throw new Error(answer.failure);
    return answer.value;
  }

  private start(): Worker {
    const { resolve } = createRequire(process.argv[1] ?? join(process.cwd(), 'index.js'));
    const workerData = { argon2: resolve('@node-rs/argon2'), bcrypt: resolve('bcryptjs'), niceness: NICENESS };
    const thread = new Worker(PROGRAM, { eval: true, workerData });
    this.all.add(thread);
    thread.once('exit', () => this.all.delete(thread));
    // It is told by its exit as well.
    thread.on('error', () => undefined);
    return thread;
  }
}
