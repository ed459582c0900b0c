// The rooms: a page of them in the order that is asked for, and the end of one.

import * as api from './api.js';
import { nameOf } from './backends.js';
import { byId, element, keep, question, say, show } from './dom.js';
import { bytes, many, people, span } from './words.js';

/** Rooms on one page. */
const PAGE = 25;

/** What asks for the pages up to this one. */
const behind = [];
let next = null;
let now = 0;

function query() {
  const asked = { limit: String(PAGE), sort: byId('sort').value };
  const after = behind.at(-1);
  if (after !== undefined) asked.after = after;
  for (const id of ['filter', 'backend', 'protected']) {
    const value = byId(id).value.trim();
    if (value) asked[id] = value;
  }
  return asked;
}

/** Reads the page anew; returns the milliseconds that it took, which say how often to ask. */
export async function refreshRooms() {
  const asked = query();
  const began = performance.now();
  const page = await api.rooms(asked);
  const took = performance.now() - began;
  // The operator asked for something else meanwhile.
  if (JSON.stringify(asked) !== JSON.stringify(query())) return took;
  next = page.next;
  keep(byId('rooms'), page.rooms, (room) => `${room.backend} ${room.room}`, row, fill);
  say(byId('rooms-note'), note(page));
  show(byId('previous'), behind.length > 0);
  show(byId('next'), next !== null);
  return took;
}

function note(page) {
  const sentences = [];
  if (page.rooms.length === 0) {
    const narrowed = ['filter', 'backend', 'protected'].some((id) => byId(id).value);
    sentences.push(narrowed ? 'No room is like that.' : 'There is no room.');
  }
  if (page.cut) sentences.push('There are more rooms than one look takes: narrow it down by a part of a name or by backend.');
  for (const { backend, detail } of page.missing) sentences.push(`Without those of ${backend}: ${detail}.`);
  return sentences.join(' ');
}

function row() {
  const remove = element('button', 'button quiet-button', 'Delete');
  return element(
    'li',
    'room',
    element('bdi', 'name'),
    element(
      'div',
      'amounts',
      element('span', 'members'),
      element('span', 'messages'),
      element('span', 'bytes'),
      element('span', 'age'),
      element('span', 'lock'),
      element('span', 'where'),
    ),
    remove,
  );
}

function fill(child, room) {
  const part = (name) => child.querySelector(`.${name}`);
  say(part('name'), room.room);
  say(part('lock'), room.protected ? 'password' : '');
  say(part('members'), people(room.members));
  say(part('messages'), many(room.messages, 'message'));
  say(part('bytes'), bytes(room.bytes));
  say(part('age'), span(now - room.created));
  say(part('where'), displayed(room.backend));
  const button = child.querySelector('button');
  button.setAttribute('aria-label', `Delete ${room.room}`);
  button.onclick = () =>
    question(
      `Delete “${room.room}”?`,
      `${people(room.members)} in it ${room.members === 1 ? 'is' : 'are'} sent away, and its ${many(room.messages, 'message')} ${room.messages === 1 ? 'is' : 'are'} gone. Anybody can make a new room of this name.`,
      'Delete',
      true,
      async () => {
        await api.deleteRoom(room.backend, room.room);
        child.remove();
      },
    );
}

let names = new Map();
const displayed = (backend) => names.get(backend) ?? backend;

/** Takes over what the fleet's view says: names of backends, and the time. */
export function knowFleet(view) {
  now = view.now;
  names = new Map(view.backends.map((backend) => [backend.name, nameOf(backend)]));
  keep(
    byId('backend'),
    [{ name: '' }, ...view.backends],
    (backend) => backend.name,
    () => element('option'),
    (option, backend) => {
      option.value = backend.name;
      say(option, backend.name ? displayed(backend.name) : 'All backends');
    },
  );
}

/** Wires the fields; `changed` is called whenever another page is wanted. */
export function wireRooms(changed) {
  const anew = () => {
    behind.length = 0;
    changed();
  };
  byId('search').onsubmit = (event) => {
    event.preventDefault();
    anew();
  };
  byId('filter').oninput = anew;
  for (const id of ['backend', 'protected', 'sort']) byId(id).onchange = anew;
  byId('next').onclick = () => {
    if (next === null) return;
    behind.push(next);
    changed();
    byId('rooms-title').scrollIntoView();
  };
  byId('previous').onclick = () => {
    behind.pop();
    changed();
    byId('rooms-title').scrollIntoView();
  };
}
