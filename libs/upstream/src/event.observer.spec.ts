import { SseObserver } from './sse.observer.js';

describe('EventObserver', () => {
  it('reads a field without a colon as one without a value', () => {
    const observer = new SseObserver();
    observer.push(Buffer.from('\n\r\n:\n\n:data\n\nevent: data\n\nid: 1\n\ndat\n\n'));
    expect(observer.events).toBe(0);
    observer.push(Buffer.from('data\n\n'));
    expect(observer.events).toBe(1);
    observer.push(Buffer.from('data'));
    observer.end();
    expect(observer.events).toBe(2);
  });

  it('spends next to no time on events without data', () => {
    const observer = new SseObserver();
    const input = ['\n', ':\n\n'].map((nothing) => Buffer.from(nothing.repeat((4 * 1_024 * 1_024) / nothing.length)));
    const before = performance.now();
    for (const bytes of input) expect(observer.push(bytes)).toBe(bytes);
    // A third of a second; to read each as a text takes ten times that.
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(observer.events).toBe(0);
  });
});
