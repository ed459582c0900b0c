/** What completes at the caret. */

import { describe, expect, it } from 'vitest';
import { memberChoices, triggerAt } from './completion';

const at = (text: string) => triggerAt(text, text.length);

describe('completion', () => {
  it('begins with a sign that begins a word', () => {
    expect(at('@')).toEqual({ kind: 'member', query: '', from: 0 });
    expect(at('hi @Calm Ot')).toEqual({ kind: 'member', query: 'calm ot', from: 3 });
    expect(at('so :smi')).toEqual({ kind: 'emoji', query: 'smi', from: 3 });
    for (const text of ['a@b', ':s', '12:30', 'http://x', '@a\nb', 'x:yz']) expect(at(text)).toBeNull();
  });

  it('offers members who are here first, without oneself', () => {
    const member = (id: string, name: string, online: boolean, lastPostAt: string | null = null) => ({
      member: id,
      name,
      online,
      creator: false,
      lastPostAt,
    });
    const members = [
      member('m1', 'Ann', false),
      member('m2', 'Anton', true),
      member('m3', 'Andy', true, '2026-11-21T09:00:00.000Z'),
      member('m4', 'Anna', true),
      member('m5', 'Bo', true),
    ];
    expect(memberChoices(members, 'an', 'm4').map(({ insert }) => insert)).toEqual([
      '@Andy ',
      '@Anton ',
      '@Ann ',
    ]);
  });
});
