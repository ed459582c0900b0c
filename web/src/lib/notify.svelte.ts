/** Notifications of the system for new messages while the tab is hidden. Off until chosen. */

import { t } from '../i18n/i18n.svelte';
import { isolate } from '../i18n/bidi';
import type { Message } from './protocol.gen';
import { Remembered } from './remembered.svelte';

/** Characters of a text that a notification shows. */
const TEXT_CHARS_MAX = 140;

const chosen = new Remembered<'on' | 'off'>('instantchat.notify', ['on', 'off'], 'off');

/** The room that a notification is about, and where a press on it leads. */
export interface NotifyingRoom {
  readonly name: string;
}

export function notifyOn(): boolean {
  return (
    chosen.value === 'on' &&
    typeof Notification === 'function' &&
    Notification.permission === 'granted'
  );
}

/** Whether the browser refuses them, and only its own settings can change that. */
export function notifyBlocked(): boolean {
  // The choice is read so that a menu looks again after it was made.
  void chosen.value;
  return typeof Notification !== 'function' || Notification.permission === 'denied';
}

/** Switches notifications; asks the browser when it must. Tells whether they are on now. */
export async function setNotify(on: boolean): Promise<boolean> {
  if (!on || typeof Notification !== 'function') {
    chosen.value = 'off';
    return false;
  }
  const permission =
    Notification.permission === 'default'
      ? await Notification.requestPermission()
      : Notification.permission;
  chosen.value = permission === 'granted' ? 'on' : 'off';
  return permission === 'granted';
}

/** Notifies of a message, when that was chosen and nobody looks at the page. */
export function notifyMessage(room: NotifyingRoom, message: Message): void {
  if (!notifyOn() || !document.hidden) return;
  try {
    // One notification per room, replaced by the next one.
    const shown = new Notification(isolate(room.name), {
      body: notificationText(message),
      tag: `instantchat/${room.name}`,
      icon: '/favicon.svg',
    });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // Some systems notify through a service worker alone; the title still counts.
  }
}

/** "Jonas: Then the lake it is", one line and not for ever long. */
export function notificationText(message: Pick<Message, 'name' | 'text' | 'file'>): string {
  return t('notify.body', { name: message.name, text: shortText(message) });
}

function shortText({ text, file }: Pick<Message, 'text' | 'file'>): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line !== '') {
    const chars = [...line];
    return chars.length > TEXT_CHARS_MAX ? `${chars.slice(0, TEXT_CHARS_MAX).join('')}…` : line;
  }
  if (!file) return '';
  return file.drawing ? t('notify.drawing') : t('notify.file', { file: file.name });
}
