import { Injectable } from '@nestjs/common';
import { RefusalObserver } from '#libs/access';

@Injectable()
export class RefusalRecorder extends RefusalObserver {
  refused(): Promise<void> {
    return Promise.resolve();
  }
}
