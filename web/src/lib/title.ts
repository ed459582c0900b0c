/** What the tab says: the room, how many messages are unread, and a dot on the sign. */

import { t } from '../i18n/i18n.svelte';
import { isolate } from '../i18n/bidi';
import unreadIcon from './favicon-unread.svg?url';

const ICON = '/favicon.svg';

/** Names the tab after the room, with the count of unread messages before it. */
export function setTitle(room: string, unread: number): void {
  document.title = unread > 0 ? t('title.unread', { n: unread, room }) : isolate(room);
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const wanted = unread > 0 ? unreadIcon : ICON;
  if (icon && icon.getAttribute('href') !== wanted) icon.setAttribute('href', wanted);
}
