// The admin API, as the page asks it: by its session, with the session's token on every change.

const API = '/api/admin/';
/** Milliseconds until an answer is given up. The slowest one puts lists of all backends together. */
const PATIENCE_MS = 20_000;

let csrf = '';

/** A refusal, with what the problem document says. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.retryAfterMs = problem.retryAfterMs;
  }
}

async function ask(method, path, body) {
  const headers = { 'instantchat-csrf': csrf };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(API + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: 'same-origin',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  const json = text.startsWith('{') ? JSON.parse(text) : {};
  if (!answer.ok) throw new Refused(answer.status, json);
  return json;
}

/** Whether the browser has a session in force. */
export async function resume() {
  try {
    ({ csrf } = await ask('GET', 'session'));
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return false;
    throw error;
  }
}

export async function enter(token) {
  ({ csrf } = await ask('POST', 'login', { token }));
}

export const leave = () => ask('DELETE', 'session');

export const fleet = () => ask('GET', 'fleet');

export const rooms = (query) => ask('GET', `rooms?${new URLSearchParams(query)}`);

export const drain = (backend, on) =>
  ask('POST', `backends/${encodeURIComponent(backend)}/${on ? 'drain' : 'undrain'}`);

export const deleteRoom = (backend, room) =>
  ask('POST', `rooms/${encodeURIComponent(backend)}/delete`, { room });

export const tell = (text) => ask('POST', 'notice', { text });
