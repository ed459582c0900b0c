/** What the browser remembers: theme, sound and notifications, and what the tab says. */

import { beforeEach, expect, test, vi } from 'vitest';
import type { Message } from './protocol.gen';

const kept = new Map<string, string>();
const root = { dataset: {} as Record<string, string>, lang: '' };
let icon = '/favicon.svg';
const shown: { title: string; body: string; tag: string }[] = [];

class FakeNotification {
  static permission = 'default';
  static answer = 'granted';
  onclick: (() => void) | null = null;
  constructor(title: string, options: { body: string; tag: string }) {
    shown.push({ title, body: options.body, tag: options.tag });
  }
  static async requestPermission(): Promise<string> {
    FakeNotification.permission = FakeNotification.answer;
    return FakeNotification.answer;
  }
}

const page = {
  documentElement: root,
  hidden: true,
  title: '',
  querySelector: () => ({
    getAttribute: () => icon,
    setAttribute: (_name: string, value: string) => {
      icon = value;
    },
  }),
};

beforeEach(() => {
  vi.resetModules();
  kept.clear();
  shown.length = 0;
  root.dataset = {};
  page.hidden = true;
  FakeNotification.permission = 'default';
  FakeNotification.answer = 'granted';
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('document', page);
  vi.stubGlobal('Notification', FakeNotification);
});

function message(text: string, file: Message['file'] = null): Message {
  return {
    seq: 1,
    at: '2026-11-21T09:00:00.000Z',
    by: 'm1',
    name: 'Jonas',
    text,
    replyTo: null,
    file,
    preview: null,
    up: 0,
    down: 0,
    mine: 'none',
    rev: 1,
    editedAt: null,
    deleted: false,
  };
}

test('a chosen theme is remembered and stands on the root; the system has none', async () => {
  const { nextTheme, setTheme, theme } = await import('./theme.svelte');
  expect(theme()).toBe('system');
  setTheme('dark');
  expect(root.dataset['theme']).toBe('dark');
  expect(kept.get('instantchat.theme')).toBe('dark');
  setTheme('system');
  expect(root.dataset['theme']).toBeUndefined();
  expect(['system', 'light', 'dark'].map((one) => nextTheme(one as 'system'))).toEqual([
    'light',
    'dark',
    'system',
  ]);
});

test('what was remembered wrongly counts as nothing', async () => {
  kept.set('instantchat.theme', 'purple');
  const { theme } = await import('./theme.svelte');
  expect(theme()).toBe('system');
});

test('a browser that keeps nothing still has a theme', async () => {
  vi.stubGlobal('localStorage', undefined);
  const { setTheme, theme } = await import('./theme.svelte');
  setTheme('light');
  expect(theme()).toBe('light');
});

test('notifications are off until the browser agrees', async () => {
  const { notifyMessage, notifyOn, setNotify } = await import('./notify.svelte');
  expect(notifyOn()).toBe(false);
  notifyMessage({ name: 'ridge' }, message('hello'));
  expect(shown).toEqual([]);
  FakeNotification.answer = 'denied';
  expect(await setNotify(true)).toBe(false);
  expect(notifyOn()).toBe(false);
});

test('a notification stands for a hidden page only, in one line, isolated', async () => {
  const { notifyMessage, setNotify } = await import('./notify.svelte');
  expect(await setNotify(true)).toBe(true);
  page.hidden = false;
  notifyMessage({ name: 'ridge' }, message('seen'));
  expect(shown).toEqual([]);
  page.hidden = true;
  notifyMessage({ name: 'ridge' }, message('then the\n\nlake \u202eit is'));
  expect(shown).toEqual([
    {
      title: 'ridge',
      body: 'Jonas: \u2068then the lake \u202eit is\u202c\u2069',
      tag: 'instantchat/ridge',
    },
  ]);
});

test('a notification is not for ever long, and names a file', async () => {
  const { notificationText } = await import('./notify.svelte');
  expect(notificationText(message('x'.repeat(10_000)))).toBe(`Jonas: ${'x'.repeat(140)}…`);
  const file = {
    id: 'f',
    url: '/files/f',
    name: 'map.pdf',
    type: 'application/pdf',
    size: 1,
    width: null,
    height: null,
    thumbnail: null,
    drawing: false,
  };
  expect(notificationText(message('', file))).toBe('Jonas: sent map.pdf');
  expect(notificationText(message('', { ...file, drawing: true }))).toBe('Jonas: sent a drawing');
});

test('the title counts what is unread, and the sign gets its dot', async () => {
  const { setTitle } = await import('./title');
  setTitle('ridge', 3);
  expect(page.title).toBe('(3) ridge');
  expect(icon).not.toBe('/favicon.svg');
  setTitle('ridge', 0);
  expect(page.title).toBe('ridge');
  expect(icon).toBe('/favicon.svg');
});

test('messages that come at once sound once, and only when that was chosen', async () => {
  const started = vi.fn();
  const param = {
    setValueAtTime: vi.fn(),
    linearRampToValueAtTime: vi.fn(),
    exponentialRampToValueAtTime: vi.fn(),
  };
  class Node {
    gain = param;
    connect = (next: unknown) => next;
    start = started;
    stop = vi.fn();
  }
  vi.stubGlobal(
    'AudioContext',
    class {
      state = 'running';
      currentTime = 0;
      destination = {};
    },
  );
  vi.stubGlobal('OscillatorNode', Node);
  vi.stubGlobal('GainNode', Node);
  const { playMessage, setSound, soundOn } = await import('./sound.svelte');
  expect(playMessage(0)).toBe(false);
  setSound(true);
  expect(soundOn()).toBe(true);
  started.mockClear();
  const later = performance.now() + 60_000;
  expect(playMessage(later)).toBe(true);
  expect(playMessage(later + 900)).toBe(false);
  expect(playMessage(later + 1_000)).toBe(true);
  expect(started).toHaveBeenCalledTimes(4);
});
