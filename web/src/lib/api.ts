/** The HTTP interface: rooms, the site, uploads with progress, previews. */

import {
  GRANT_HEADER,
  type ErrorCode,
  type Previewed,
  type Problem,
  type RoomInfo,
  type SiteInfo,
  type TicketAnswer,
  type Uploaded,
} from './protocol.gen';
import { roomApi } from './path';

/** Why a request was refused. `unavailable` also stands for a server that did not answer. */
export class RoomError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly retryAfterMs: number | null = null,
    detail = '',
  ) {
    super(detail || code);
  }
}

/** What is known of a room. */
export async function roomInfo(name: string, signal?: AbortSignal): Promise<RoomInfo> {
  return (await request(roomApi(name), { signal })) as RoomInfo;
}

/** Where one connection to a room is to go, and with what. */
export async function roomTicket(name: string, signal: AbortSignal): Promise<TicketAnswer> {
  const path = `${roomApi(name)}/ticket`;
  return (await request(path, { method: 'POST', cache: 'no-store', signal })) as TicketAnswer;
}

let site: Promise<SiteInfo> | null = null;

/** What this server is, asked once. */
export function siteInfo(): Promise<SiteInfo> {
  site ??= request('/api/site', {}).then((answer) => answer as SiteInfo);
  site.catch(() => (site = null));
  return site;
}

/** The build of the page that the server has now. */
export async function serverBuild(): Promise<string> {
  return ((await request('/api/site', { cache: 'no-store' })) as SiteInfo).build;
}

/** The preview of an address. */
export async function preview(url: string, grant: string): Promise<Previewed> {
  const answer = await request('/api/previews', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', [GRANT_HEADER]: grant },
    body: JSON.stringify({ url }),
  });
  return answer as Previewed;
}

/** An upload under way. */
export interface Upload {
  readonly answer: Promise<Uploaded>;
  abort(): void;
}

/** Sends a file, telling how many bytes went. */
export function upload(
  file: Blob,
  name: string,
  kind: 'drawing' | 'file',
  grant: string,
  onprogress: (bytes: number) => void,
): Upload {
  const request = new XMLHttpRequest();
  const answer = new Promise<Uploaded>((resolve, reject) => {
    request.open('POST', `/api/files?kind=${kind}`);
    request.setRequestHeader(GRANT_HEADER, grant);
    request.upload.onprogress = (event) => onprogress(event.loaded);
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status === 201) resolve(body as Uploaded);
      else reject(problemOf(body, request.status));
    };
    request.onerror = () => reject(new RoomError('unavailable'));
    request.onabort = () => reject(new RoomError('unavailable'));
    const form = new FormData();
    form.append('file', file, name);
    request.send(form);
  });
  return { answer, abort: () => request.abort() };
}

async function request(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RoomError('unavailable');
  }
  const body = parse(await response.text());
  if (response.ok) return body;
  throw problemOf(body, response.status);
}

/** What a refusal says by its status alone: whoever stands before the server may have no words. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  413: 'too_large',
  429: 'rate_limited',
};

function problemOf(body: unknown, status: number): RoomError {
  const problem = body as Partial<Problem> | null;
  const code = problem?.code ?? BY_STATUS[status] ?? 'unavailable';
  return new RoomError(code, problem?.retryAfterMs ?? null, problem?.detail);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
