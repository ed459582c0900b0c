// The life of the page: sign in, ask every two seconds, show, sign out.

import * as api from './api.js';
import { showBackends, showFiles } from './backends.js';
import { byId, element, keep, question, say, show } from './dom.js';
import { knowFleet, refreshRooms, wireRooms } from './rooms.js';
import { many, people } from './words.js';

/** Between two looks at the fleet. */
const LOOK_EVERY_MS = 2_000;
/** A list of rooms that takes long to put together is asked for less often by this factor. */
const PATIENCE = 10;
/** From the last letter of a filter to the question. */
const TYPING_MS = 250;

const timers = { fleet: 0, rooms: 0 };
let isIn = false;
let latest = null;

async function start() {
  wireRooms(() => later('rooms', TYPING_MS));
  wireNotice();
  byId('login').onsubmit = enter;
  byId('leave').onclick = async () => {
    await api.leave().catch(() => {});
    close('');
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && isIn) refresh();
  });
  try {
    if (await api.resume()) open();
    else close('');
  } catch (error) {
    close(error.message);
  }
}

async function enter(event) {
  event.preventDefault();
  const field = byId('token');
  say(byId('login-error'), '');
  try {
    await api.enter(field.value.trim());
    field.value = '';
    open();
  } catch (error) {
    const isWrong = error.status === 401;
    const wait = error.retryAfterMs ? ` Again in ${Math.ceil(error.retryAfterMs / 1_000)} s.` : '';
    say(byId('login-error'), isWrong ? 'That is not the token.' : `${sentence(error.message)}${wait}`);
    field.select();
  }
}

function open() {
  isIn = true;
  show(byId('door'), false);
  show(byId('fleet'), true);
  show(byId('leave'), true);
  refresh();
}

/** Back to the form, with a word about why. Nothing of the fleet stays on the page. */
function close(why) {
  isIn = false;
  clearTimeout(timers.fleet);
  clearTimeout(timers.rooms);
  for (const id of ['backends', 'files', 'rooms', 'alarms']) byId(id).replaceChildren();
  say(byId('summary'), '');
  say(byId('router'), '');
  if (byId('question').open) byId('question').close();
  show(byId('fleet'), false);
  show(byId('leave'), false);
  show(byId('door'), true);
  say(byId('login-error'), why);
  byId('token').focus();
}

function refresh() {
  later('fleet', 0);
  later('rooms', 0);
}

function later(what, ms) {
  clearTimeout(timers[what]);
  timers[what] = setTimeout(what === 'fleet' ? lookAtFleet : lookAtRooms, ms);
}

async function lookAtFleet() {
  if (!isIn || document.hidden) return;
  await attempt(async () => {
    latest = await api.fleet();
    knowFleet(latest);
    showHead(latest);
    showBackends(latest, refresh, complain);
    showFiles(latest);
    alarms(alarmsOf(latest));
  });
  if (isIn) later('fleet', LOOK_EVERY_MS);
}

async function lookAtRooms() {
  if (!isIn || document.hidden) return;
  let took = 0;
  await attempt(async () => {
    took = await refreshRooms();
  });
  if (isIn) later('rooms', Math.max(LOOK_EVERY_MS, PATIENCE * took));
}

/** What fails is said above everything, and tried again with the next look. */
async function attempt(act) {
  try {
    await act();
  } catch (error) {
    complain(error);
  }
}

function complain(error) {
  if (!isIn) return;
  if (error.status === 401) return close('The session is over. Sign in again.');
  const lost = 'The router does not answer. What you see is from before. Trying again.';
  return alarms([...(latest ? alarmsOf(latest) : []), error.status ? sentence(error.message) : lost]);
}

function showHead(view) {
  const serving = view.backends.filter((backend) => backend.phase === 'up').length;
  const rooms = view.backends.reduce((sum, backend) => sum + backend.load.rooms.used, 0);
  const members = view.backends.reduce((sum, backend) => sum + backend.members, 0);
  const all = view.backends.length;
  const backends = serving === all ? many(all, 'backend') : `${serving} of ${many(all, 'backend')}`;
  say(byId('summary'), `${backends} up, ${many(rooms, 'room')}, ${people(members)}.`);
  say(byId('router'), `router ${view.version} · key ${view.keyId}`);
}

function alarmsOf(view) {
  const found = [];
  if (view.superseded) found.push('A newer router has taken over. This one places nothing: stop it, or stop the other and start this one again.');
  if (view.rosterProblem) found.push(`The newest edit of the list of backends is refused: ${view.rosterProblem.text}. The list before it stays in force.`);
  if (view.diskProblem) found.push(`The router's folder cannot be written: ${view.diskProblem.text}. Rooms cannot be placed for long without it.`);
  if (!view.settled) found.push('The router has not heard of every backend since it started. Until then it opens no new rooms.');
  if (view.conflicts > 0) found.push(`${many(view.conflicts, 'room')} had two owners since the router started. The newer one kept it.`);
  return found;
}

function alarms(texts) {
  keep(byId('alarms'), texts, (text) => text, (text) => element('p', 'line alarm', text), () => {});
}

function wireNotice() {
  const field = byId('notice-text');
  const countLetters = () => say(byId('notice-count'), `${[...field.value].length} of 400`);
  field.oninput = countLetters;
  byId('notice').onsubmit = (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    const rooms = latest?.backends.reduce((sum, backend) => sum + backend.load.rooms.used, 0) ?? 0;
    question(`Tell ${many(rooms, 'room')}?`, text, 'Tell them', false, async () => {
      const told = await api.tell(text);
      const untold = told.missing.map(({ backend, detail }) => ` Not those of ${backend}: ${detail}.`);
      say(byId('notice-outcome'), `Told ${people(told.peers)} in ${many(told.rooms, 'room')}.${untold.join('')}`);
      field.value = '';
      countLetters();
    });
  };
}

/** A problem's detail as a sentence. */
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

start();
