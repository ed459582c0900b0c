// Backends and file servers: one entry each, with its meters and the one thing that can be done.

import * as api from './api.js';
import { byId, element, keep, question, say, show } from './dom.js';
import { bytes, cores, many, number, people, signed, span } from './words.js';

/** An event loop that is later than this is felt. */
const LATE_MS = 250;

const PHASES = {
  unheard: 'Not heard of yet',
  up: 'Up',
  suspected: 'Missed answers',
  draining: 'Draining',
  down: 'Down',
};
const METERS = [
  ['rooms', 'Rooms', number],
  ['sockets', 'Sockets', number],
  ['bytes', 'Held in rooms', bytes],
  ['cpu', 'Processor, cores', cores],
  ['memory', 'Memory', bytes],
];

export const nameOf = (backend) => backend.displayName || backend.name;
/** Whether it ever answered, so that what it says of itself is known. */
const wasHeard = (backend) => backend.version !== '';

export function showBackends(view, refresh, complain) {
  show(byId('no-backends'), view.backends.length === 0);
  keep(
    byId('backends'),
    view.backends,
    (backend) => backend.name,
    () => entry(),
    (child, backend) => fill(child, backend, view, refresh, complain),
  );
}

function entry() {
  const meters = METERS.map(([key, label]) => {
    const meter = element('div', 'meter', element('span', 'label', label), element('span', 'value'));
    const bar = element('div', 'bar', element('div', 'level'));
    bar.setAttribute('aria-hidden', 'true');
    meter.append(bar);
    meter.dataset.meter = key;
    return meter;
  });
  const mark = element('span', 'mark');
  mark.setAttribute('aria-hidden', 'true');
  const title = element('h3', 'title', element('bdi', 'name'));
  return element(
    'li',
    'backend',
    element('div', 'head', mark, title, element('span', 'address quiet'), element('span', 'phase'), element('button', 'button')),
    element('p', 'line'),
    element('div', 'meters', ...meters),
    element('p', 'facts quiet'),
    element('p', 'error'),
  );
}

function fill(child, backend, view, refresh, complain) {
  const part = (selector) => child.querySelector(selector);
  child.dataset.phase = backend.phase;
  say(part('.name'), nameOf(backend));
  say(part('.address'), nameOf(backend) === backend.name ? '' : backend.name);
  say(part('.phase'), `${PHASES[backend.phase]} for ${span(view.now - backend.since)}`);
  fillMeters(child, backend);
  const warnings = facts(part('.facts'), backend, view);
  fillLine(part('.line'), backend, warnings);
  fillProblem(part('.error'), backend, view);
  fillButton(part('button'), backend, refresh, complain);
}

function fillMeters(child, backend) {
  show(child.querySelector('.meters'), wasHeard(backend));
  for (const [key, , words] of METERS) {
    const meter = child.querySelector(`[data-meter=${key}]`);
    const { used, max } = backend.load[key];
    show(meter, max > 0 || used > 0);
    say(meter.querySelector('.value'), max > 0 ? `${words(used)} of ${words(max)}` : words(used));
    const parts = max > 0 ? Math.min(1, used / max) : 0;
    const level = meter.querySelector('.level');
    level.style.transform = `scaleX(${parts.toFixed(3)})`;
    meter.classList.toggle('high', parts > 0.9);
  }
}

/** What it says of itself; what is odd about it is returned for the line that stands out. */
function facts(node, backend, view) {
  if (!wasHeard(backend)) {
    say(node, '');
    return [];
  }
  const clock = backend.clockDifferenceMs;
  const parts = [
    people(backend.members),
    `version ${backend.version}`,
    `key ${backend.keyId}`,
    backend.started === null ? '' : `started ${span(view.now - backend.started)} ago`,
    clock === null ? '' : `clock ${signed(clock)}`,
    `event loop ${number(backend.lagMs)} ms late`,
    backend.directHost ? `direct ${backend.directHost}` : '',
  ];
  say(node, parts.filter(Boolean).join(' · '));
  const odd = [];
  if (backend.twinOf) odd.push(`It is the same process as ${backend.twinOf} and not used under this name: take one of the two out of the list.`);
  if (backend.version !== view.version) odd.push(`It runs version ${backend.version}, the router ${view.version}.`);
  if (backend.keyId !== view.keyId) odd.push(`It signs with key ${backend.keyId}, the router with ${view.keyId}.`);
  if (backend.clockOff) odd.push(`Its clock is ${signed(clock)} off the router's.`);
  if (backend.lagMs > LATE_MS) odd.push(`Its event loop is ${number(backend.lagMs)} ms late.`);
  return odd;
}

const REASONS = {
  asked: '',
  unlisted: 'It is not in the list of backends, so it drains. ',
  leaving: 'It is about to stop. ',
};

function fillLine(node, backend, warnings) {
  const sentences = [...warnings];
  if (backend.draining) {
    const rest = backend.drained
      ? 'Drained: it can be stopped, and nothing is lost.'
      : `It gets no new rooms. ${loss(backend)} if it is stopped now.`;
    sentences.push(REASONS[backend.draining] + rest);
  }
  say(node, sentences.join(' '));
  show(node, sentences.length > 0);
  node.classList.toggle('alarm', warnings.length > 0);
}

const loss = (backend) => {
  const { used } = backend.load.rooms;
  return used === 1
    ? `1 room with ${people(backend.members)} loses its history`
    : `${many(used, 'room')} with ${people(backend.members)} lose their history`;
};

function fillProblem(node, { problem }, view) {
  show(node, problem !== null);
  if (problem) say(node, `For ${span(view.now - problem.since)}: ${problem.text}`);
}

function fillButton(button, backend, refresh, complain) {
  show(button, backend.listed);
  say(button, backend.drain ? 'Take new rooms again' : 'Drain');
  button.onclick = async () => {
    if (backend.drain) {
      await api.drain(backend.name, false).catch(complain);
      return refresh();
    }
    return question(
      `Drain ${nameOf(backend)}?`,
      `It gets no new rooms, and people in its rooms notice nothing. It is drained when its last room is gone.${backend.load.rooms.used ? ` ${loss(backend)} if it is stopped before.` : ''}`,
      'Drain',
      false,
      async () => {
        await api.drain(backend.name, true);
        refresh();
      },
    );
  };
}

export function showFiles(view) {
  show(byId('files-section'), view.files.length > 0);
  keep(
    byId('files'),
    view.files,
    (server) => String(server.number),
    () => {
      const mark = element('span', 'mark');
      mark.setAttribute('aria-hidden', 'true');
      const title = element('h3', 'title', element('span', 'name'));
      const address = element('span', 'address quiet');
      return element('li', 'backend', element('div', 'head', mark, title, address, element('span', 'phase')), element('p', 'error'));
    },
    (child, server) => {
      child.dataset.phase = server.up ? 'up' : 'down';
      say(child.querySelector('.name'), `Number ${server.number}`);
      const facts = server.version ? ` · version ${server.version} · key ${server.keyId}` : '';
      say(child.querySelector('.address'), server.fleet + facts);
      say(child.querySelector('.phase'), `${server.up ? 'Up' : 'Down'} for ${span(view.now - server.since)}`);
      fillProblem(child.querySelector('.error'), server, view);
    },
  );
}
