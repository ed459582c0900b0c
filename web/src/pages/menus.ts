/** What the menus of a room hold: of the room, of a message, of the composer on a phone. */

import { t } from '../i18n/i18n.svelte';
import { language, setLanguage } from '../i18n/i18n.svelte';
import { LANGUAGE_NAMES, LANGUAGES } from '../i18n/language';
import { place } from '../lib/navigate.svelte';
import { notifyBlocked, notifyOn, setNotify } from '../lib/notify.svelte';
import type { Message, VoteValue } from '../lib/protocol.gen';
import type { RoomState } from '../lib/room/state.svelte';
import { setSound, soundOn } from '../lib/sound.svelte';
import { nextTheme, setTheme, theme } from '../lib/theme.svelte';
import type { MenuItem } from '../ui/Menu.svelte';
import type { Base, Dialogs } from './dialogs.svelte';

export interface RoomDoors {
  search(): void;
  describe(): void;
  rename(): void;
  /** Something could not be done. */
  fail(error: unknown): void;
  /** The menu stays open and says how things stand now. */
  refresh(): void;
}

/** The three dots. */
export function roomItems(room: RoomState, dialogs: Dialogs, doors: RoomDoors): MenuItem[] {
  const onOff = (on: boolean) => t(on ? 'menu.on' : 'menu.off');
  const items: (MenuItem | null)[] = [
    { label: t('menu.search'), icon: 'search', run: doors.search },
    { label: t('menu.rename'), icon: 'edit', run: doors.rename },
    room.you?.creator ? { label: t('menu.describe'), icon: 'file', run: doors.describe } : null,
    {
      label: t('menu.sound'),
      icon: 'sound',
      value: onOff(soundOn()),
      checked: soundOn(),
      stay: true,
      run: () => {
        setSound(!soundOn());
        doors.refresh();
      },
    },
    {
      label: t('menu.notify'),
      icon: 'bell',
      value: notifyBlocked() ? t('notify.blocked') : onOff(notifyOn()),
      checked: notifyOn(),
      stay: true,
      run: () => void setNotify(!notifyOn()).then(doors.refresh),
    },
    {
      label: t('menu.theme'),
      icon: theme() === 'dark' ? 'moon' : theme() === 'light' ? 'sun' : 'system',
      value: t(`theme.${theme()}`),
      stay: true,
      run: () => {
        setTheme(nextTheme(theme()));
        doors.refresh();
      },
    },
    {
      label: t('menu.language'),
      icon: 'globe',
      value: LANGUAGE_NAMES[language()],
      stay: true,
      run: () => {
        const next = LANGUAGES[(LANGUAGES.indexOf(language()) + 1) % LANGUAGES.length] ?? 'en';
        void setLanguage(next).then(doors.refresh);
      },
    },
    { label: t('menu.export'), icon: 'download', run: () => void save(room).catch(doors.fail) },
    { label: t('menu.keys'), icon: 'keys', run: () => dialogs.keys() },
    { label: t('menu.kept'), icon: 'clock', run: () => open('/about', '_blank', 'noopener') },
    { label: t('menu.leave'), icon: 'left', run: () => place.open('/') },
  ];
  return items.filter((item) => item !== null);
}

export interface MessageDoors {
  reply(message: Message): void;
  vote(message: Message, value: VoteValue): void;
  edit(message: Message): void;
  remove(message: Message): void;
  copy(text: string): void;
}

/** What can be done with a message. */
export function messageItems(
  room: RoomState,
  message: Message,
  doors: MessageDoors,
  drawOver: (base: Base) => void,
  confirmDelete: () => void,
  sure: boolean,
): MenuItem[] {
  const own = message.by === room.you?.member;
  const { file, mine } = message;
  const items: (MenuItem | null)[] = [
    { label: t('message.reply'), icon: 'reply', run: () => doors.reply(message) },
    own && !room.you?.creator ? null : vote('up'),
    own && !room.you?.creator ? null : vote('down'),
    message.text === ''
      ? null
      : { label: t('message.copyText'), icon: 'copy', run: () => doors.copy(message.text) },
    {
      label: t('message.copyLink'),
      icon: 'link',
      run: () => doors.copy(`${room.link}#${message.seq}`),
    },
    own && message.text !== ''
      ? { label: t('message.edit'), icon: 'edit', run: () => doors.edit(message) }
      : null,
    file?.width
      ? {
          label: t('message.drawOver'),
          icon: 'edit',
          run: () => drawOver({ src: file.url, author: message.name }),
        }
      : null,
    own
      ? {
          label: t(sure ? 'message.deleteSure' : 'message.delete'),
          icon: 'trash',
          danger: true,
          stay: !sure,
          run: () => (sure ? doors.remove(message) : confirmDelete()),
        }
      : null,
  ];
  return items.filter((item) => item !== null);

  function vote(value: 'up' | 'down'): MenuItem {
    return {
      label: t(value === 'up' ? 'message.voteFor' : 'message.voteAgainst'),
      icon: value,
      checked: mine === value,
      run: () => doors.vote(message, mine === value ? 'none' : value),
    };
  }
}

export interface PlusDoors {
  photo(): void;
  file(): void;
  draw(): void;
  emoji(): void;
}

/** The plus of a phone's composer. */
export function plusItems(doors: PlusDoors): MenuItem[] {
  return [
    { label: t('composer.photo'), icon: 'image', run: doors.photo },
    { label: t('composer.file'), icon: 'paperclip', run: doors.file },
    { label: t('composer.draw'), icon: 'edit', run: doors.draw },
    { label: t('composer.emoji'), icon: 'smile', run: doors.emoji },
  ];
}

/** Saving is fetched when it is asked for. */
async function save(room: RoomState): Promise<void> {
  const { saveAsText } = await import('../lib/export-text');
  await saveAsText(room);
}
