/** Its neighbours are none before it joins and after it has left. */
interface Entry<T> {
  readonly item: T;
  previous: Entry<T> | undefined;
  next: Entry<T> | undefined;
}

/**
 * Things under way, in the order in which they began: few at a time, and many that come and go.
 *
 * Not a `Set`: V8 gives the table of one up whenever enough was deleted, and a table that was given up still points at
 * the things in it and at the table that follows. Once one of them is old, a collection of young objects takes all that
 * was ever in the later ones for alive, and makes it old as well, until the whole heap is collected. What has left a
 * list points at nothing.
 */
export class LinkedList<T> implements Iterable<T> {
  private first: Entry<T> | undefined;
  private last: Entry<T> | undefined;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @returns takes it out again; a second time changes nothing */
  add(item: T): () => void {
    const entry: Entry<T> = { item, previous: this.last, next: undefined };
    if (this.last) this.last.next = entry;
    else this.first = entry;
    this.last = entry;
    this.count += 1;
    let isIn = true;
    return () => {
      if (isIn) this.remove(entry);
      isIn = false;
    };
  }

  /** Whoever may take something out between two items walks over a copy. */
  *[Symbol.iterator](): Iterator<T> {
    for (let entry = this.first; entry; entry = entry.next) yield entry.item;
  }

  private remove(entry: Entry<T>): void {
    const { previous, next } = entry;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    entry.previous = undefined;
    entry.next = undefined;
    this.count -= 1;
  }
}
