/** Which page an address means, and how addresses of rooms are written. Pure but for `here`. */

export type Page = { page: 'home' } | { page: 'about' } | { page: 'room'; name: string };

/** The page of a path. What follows a room's name belongs to the name, and makes it a bad one. */
export function pageOf(pathname: string): Page {
  const path = pathname.replace(/^\//, '').replace(/(?<=.)\/$/, '');
  if (path === '' || path === 'index.html') return { page: 'home' };
  if (path === 'about') return { page: 'about' };
  return { page: 'room', name: decode(path) };
}

/** The path of a room's page. */
export function roomPath(name: string): string {
  return `/${encodeURIComponent(name)}`;
}

/** The path of a room in the interface for programs. */
export function roomApi(name: string): string {
  return `/api/rooms/${encodeURIComponent(name)}`;
}

/** The address of a room's WebSocket. */
export function roomSocket(name: string, from: Location): string {
  const scheme = from.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${from.host}${roomApi(name)}/ws`;
}

/** The text, decoded once; as it is when it is no percent-encoding. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
