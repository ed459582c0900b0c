/** Refusals are told as what they are, whoever says them: the server, or a gateway before it. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { roomInfo, roomTicket, upload } from './api';

const problem = (status: number, change: object) =>
  JSON.stringify({ type: 'about:blank', title: '', status, detail: '', ...change });
const GATEWAY_PAGE = '<html><body>502 Bad Gateway</body></html>';

/** The answer of the next request, which must not be a success. */
async function refusalOf(status: number, body: string): Promise<unknown> {
  vi.stubGlobal('fetch', async () => new Response(body, { status }));
  return roomInfo('tea').catch((error: unknown) => error);
}

class FakeUpload {
  static status = 0;
  static body = '';
  status = 0;
  responseText = '';
  upload = {};
  onload = () => {};
  onerror = () => {};
  open() {}
  abort() {}
  setRequestHeader() {}
  send() {
    this.status = FakeUpload.status;
    this.responseText = FakeUpload.body;
    queueMicrotask(() => (this.status === 0 ? this.onerror() : this.onload()));
  }
}

async function uploadRefusal(status: number, body: string): Promise<unknown> {
  vi.stubGlobal('XMLHttpRequest', FakeUpload);
  Object.assign(FakeUpload, { status, body });
  const { answer } = upload(new Blob(['x']), 'x.txt', 'file', 'grant', () => {});
  return answer.catch((error: unknown) => error);
}

describe('a refusal', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is what its problem document says', async () => {
    const body = problem(503, { code: 'unavailable', retryAfterMs: 1_500 });
    expect(await refusalOf(503, body)).toMatchObject({ code: 'unavailable', retryAfterMs: 1_500 });
    const refused = problem(400, { code: 'bad_name' });
    expect(await refusalOf(400, refused)).toMatchObject({ code: 'bad_name', retryAfterMs: null });
  });

  it('of a gateway without words is told by its status', async () => {
    for (const status of [502, 503, 504]) {
      expect(await refusalOf(status, GATEWAY_PAGE)).toMatchObject({ code: 'unavailable' });
    }
    expect(await refusalOf(429, GATEWAY_PAGE)).toMatchObject({ code: 'rate_limited' });
  });

  it('is "unavailable" where nobody answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(roomTicket('tea', new AbortController().signal)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('of an upload is told the same way', async () => {
    const full = problem(507, { code: 'quota_exceeded' });
    expect(await uploadRefusal(507, full)).toMatchObject({ code: 'quota_exceeded' });
    expect(await uploadRefusal(413, '')).toMatchObject({ code: 'too_large' });
    expect(await uploadRefusal(429, GATEWAY_PAGE)).toMatchObject({ code: 'rate_limited' });
    expect(await uploadRefusal(502, GATEWAY_PAGE)).toMatchObject({ code: 'unavailable' });
    expect(await uploadRefusal(0, '')).toMatchObject({ code: 'unavailable' });
  });
});

it('asks for a ticket by POST, past every cache, and may be told to stop', async () => {
  const asked = vi.fn<typeof fetch>(async () =>
    Response.json({ url: 'wss://b1.direct.example/x', ticket: 'pass' }),
  );
  vi.stubGlobal('fetch', asked);
  const { signal } = new AbortController();
  const url = 'wss://b1.direct.example/x';
  expect(await roomTicket('a b', signal)).toEqual({ url, ticket: 'pass' });
  const init = { method: 'POST', cache: 'no-store', signal };
  expect(asked).toHaveBeenCalledWith('/api/rooms/a%20b/ticket', init);
  vi.unstubAllGlobals();
});
