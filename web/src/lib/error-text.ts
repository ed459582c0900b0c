/** An error's code in the visitor's words. */

import { t } from '../i18n/i18n.svelte';
import type { ErrorCode } from './protocol.gen';

const KNOWN = {
  bad_name: 'error.bad_name',
  reserved_name: 'error.reserved_name',
  wrong_password: 'error.wrong_password',
  room_full: 'error.room_full',
  name_taken: 'error.name_taken',
  bad_member_name: 'error.bad_member_name',
  not_author: 'error.not_author',
  not_creator: 'error.not_creator',
  not_found: 'error.not_found',
  own_vote: 'error.own_vote',
  no_file: 'error.no_file',
  empty: 'error.empty',
  bad_text: 'error.bad_text',
  too_long: 'error.too_long',
  rate_limited: 'error.rate_limited',
  unavailable: 'error.unavailable',
  bad_file: 'error.bad_file',
  too_large: 'error.too_large',
  quota_exceeded: 'error.quota_exceeded',
} as const satisfies Partial<Record<ErrorCode, string>>;

/** What to tell about a refusal. */
export function errorText(code: ErrorCode): string {
  const key = (KNOWN as Partial<Record<ErrorCode, (typeof KNOWN)[keyof typeof KNOWN]>>)[code];
  return key ? t(key) : t('error.other', { code });
}
