/** Pages and live events merge to one truth, in whatever order they come. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, EventKind, Joined, Message, VoteValue } from '../protocol.gen';
import { Timeline } from './timeline';

const YOU = 'm1';
const AT = '2026-11-21T09:00:00.000Z';

/** A room that keeps everything: what a page must come to agree with. */
class Model {
  seq = 0;
  readonly messages: Message[] = [];
  readonly events: Event[] = [];

  do(event: EventKind, by: string | null = 'm2', name = 'Bo'): Event {
    this.seq += 1;
    const made: Event = { seq: this.seq, at: AT, by, name, event };
    this.events.push(made);
    this.#apply(made);
    return made;
  }

  post(text: string, by = 'm2'): Event {
    const posted = { kind: 'posted', key: `k${this.seq}`, text, replyTo: null } as const;
    return this.do({ ...posted, file: null, preview: null }, by);
  }

  joined(change: Partial<Joined> = {}): Joined {
    return {
      room: {
        name: 'room',
        description: '',
        protected: false,
        createdAt: AT,
        creator: null,
        kept: this.messages.length,
        keptMax: 1000,
        expiresAfterMs: 43_200_000,
      },
      you: { member: YOU, name: 'Ada', creator: false },
      incarnation: 'i1',
      epoch: 1,
      seq: this.seq,
      members: [],
      online: 1,
      crowded: false,
      history: this.messages.map((message) => ({ ...message })),
      more: false,
      resumed: false,
      gap: null,
      keep: 'keep',
      ...change,
    };
  }

  #apply({ seq, by, name, event }: Event): void {
    if (event.kind === 'posted') {
      this.messages.push({
        seq,
        at: AT,
        by: by ?? '',
        name,
        text: event.text,
        replyTo: null,
        file: null,
        preview: null,
        up: 0,
        down: 0,
        mine: 'none',
        rev: seq,
        editedAt: null,
        deleted: false,
      });
    }
    if (!('message' in event)) return;
    const message = this.messages.find((other) => other.seq === event.message);
    if (!message) return;
    message.rev = seq;
    if (event.kind === 'edited') Object.assign(message, { text: event.text, editedAt: AT });
    if (event.kind === 'deleted') Object.assign(message, { text: '', deleted: true });
    if (event.kind === 'voted') Object.assign(message, { up: event.up, down: event.down });
  }
}

/** A random life of a room. */
const lives = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant('post' as const), text: fc.string({ minLength: 1 }) }),
    fc.record({ what: fc.constant('edit' as const), pick: fc.nat(), text: fc.string() }),
    fc.record({ what: fc.constant('delete' as const), pick: fc.nat() }),
    fc.record({ what: fc.constant('vote' as const), pick: fc.nat(), up: fc.nat(9), down: fc.nat(9) }),
  ),
  { minLength: 1, maxLength: 60 },
);

type Step = (typeof lives extends fc.Arbitrary<infer Life> ? Life : never)[number];

function live(model: Model, step: Step): void {
  if (step.what === 'post') {
    model.post(step.text);
    return;
  }
  const message = model.messages[step.pick % Math.max(1, model.messages.length)]?.seq;
  if (message === undefined) return;
  if (step.what === 'edit') model.do({ kind: 'edited', message, text: step.text });
  if (step.what === 'delete') model.do({ kind: 'deleted', message });
  if (step.what === 'vote') model.do({ kind: 'voted', message, up: step.up, down: step.down }, null, '');
}

describe('timeline', () => {
  it('ends as the room is, joined at any moment, with pages fetched at any later moment', () => {
    fc.assert(
      fc.property(lives, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 10 }), (life, join, fetch, tail) => {
        const model = new Model();
        const joinAt = join % life.length;
        const fetchAt = joinAt + (fetch % (life.length - joinAt));
        const page = new Timeline();
        let from = 0;
        life.forEach((step, index) => {
          live(model, step);
          if (index === joinAt) {
            const history = model.messages.slice(-tail).map((message) => ({ ...message }));
            page.joined(model.joined({ history, more: model.messages.length > tail }), 0);
            from = model.seq;
          }
          // The page of history is answered before the events that came meanwhile are applied.
          if (index === fetchAt) {
            page.page(model.messages.map((message) => ({ ...message })), false);
          }
        });
        for (const event of model.events) {
          if (event.seq > from) expect(page.event(event, YOU)).toBe('applied');
        }
        expect(page.messages).toEqual(model.messages);
        expect(page.cursor?.seq).toBe(model.seq);
      }),
    );
  });

  it('takes no event twice and none out of turn', () => {
    const model = new Model();
    const page = new Timeline();
    page.joined(model.joined(), 0);
    const first = model.post('one');
    const second = model.post('two');
    expect(page.event(second, YOU)).toBe('hole');
    expect(page.event(first, YOU)).toBe('applied');
    expect(page.event(first, YOU)).toBe('known');
    expect(page.event(second, YOU)).toBe('applied');
    expect(page.messages.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('goes on where it was when resumed, in the epoch of the newest event', () => {
    const model = new Model();
    const page = new Timeline();
    model.post('one');
    page.joined(model.joined(), 0);
    page.joined(model.joined({ resumed: true, history: [], epoch: 2 }), 5_000);
    expect(page.messages).toHaveLength(1);
    expect(page.cursor).toEqual({ incarnation: 'i1', epoch: 1, seq: 1 });
    page.event(model.post('two'), YOU);
    expect(page.cursor).toEqual({ incarnation: 'i1', epoch: 2, seq: 2 });
  });

  it('shows what was trimmed while it was away between what it has and what came', () => {
    const model = new Model();
    const page = new Timeline();
    model.post('old');
    page.joined(model.joined(), 0);
    for (let count = 0; count < 30; count += 1) model.post(`missed ${count}`);
    const history = model.messages.slice(-5);
    const gap = { from: 2, to: 26, reason: 'trimmed' } as const;
    page.joined(model.joined({ history, gap, more: false }), 60_000);
    expect(page.messages.map(({ text }) => text)).toEqual([
      'old',
      'missed 25',
      'missed 26',
      'missed 27',
      'missed 28',
      'missed 29',
    ]);
    expect(page.lines).toEqual([{ kind: 'trimmed', seq: 26, from: 2, to: 26 }]);
    expect(page.oldest).toBe(27);
  });

  it('discards everything when the room began anew, and says so', () => {
    const model = new Model();
    const page = new Timeline();
    model.post('lost');
    page.joined(model.joined(), 0);
    const anew = new Model();
    const gap = { from: null, to: null, reason: 'restarted' } as const;
    page.joined(anew.joined({ incarnation: 'i2', gap }), 1_000);
    expect(page.messages).toEqual([]);
    expect(page.lines).toEqual([{ kind: 'restarted', seq: 0, before: AT, ended: false }]);
    page.joined(anew.joined({ incarnation: 'i3', gap }), 43_200_001);
    expect(page.lines).toMatchObject([{ kind: 'restarted', ended: true }]);
  });

  it('drops what the room trims, and joins the lines about it', () => {
    const model = new Model();
    const page = new Timeline();
    for (let count = 0; count < 10; count += 1) model.post(`${count}`);
    page.joined(model.joined({ more: false }), 0);
    page.event(model.do({ kind: 'trimmed', before: 4 }, null, ''), YOU);
    page.event(model.do({ kind: 'trimmed', before: 7 }, null, ''), YOU);
    expect(page.messages.map(({ seq }) => seq)).toEqual([7, 8, 9, 10]);
    expect(page.lines).toEqual([{ kind: 'trimmed', seq: 6, from: 1, to: 6 }]);
    expect(page.more).toBe(false);
  });

  it('carries a new name to all messages of the member', () => {
    const model = new Model();
    const page = new Timeline();
    model.post('one');
    model.post('two', YOU);
    page.joined(model.joined(), 0);
    page.event(model.do({ kind: 'renamed', member: 'm2', name: 'Nina' }, 'm2', 'Bo'), YOU);
    expect(page.messages.map(({ name }) => name)).toEqual(['Nina', 'Bo']);
    expect(page.lines).toMatchObject([{ kind: 'renamed', before: 'Bo', after: 'Nina' }]);
  });

  it("remembers one's own vote, whichever of the event and the answer comes first", () => {
    const votes: VoteValue[] = ['up', 'none', 'down'];
    for (const vote of votes) {
      const model = new Model();
      const page = new Timeline();
      model.post('one');
      page.joined(model.joined(), 0);
      const voted = model.do({ kind: 'voted', message: 1, up: 1, down: 0 }, null, '');
      page.voted(1, vote);
      page.event(voted, YOU);
      expect(page.message(1)).toMatchObject({ mine: vote, up: 1, rev: 2 });
    }
  });
});
