import type { RecordStoreErrorCode } from './errors.ts';

export interface DiskFault {
  code: Extract<RecordStoreErrorCode, 'locked' | 'disk_full' | 'unavailable'>;
  text: string;
}

/** System errors by their codes. LevelDB has one code for all that the system says, so there its text decides. */
export function faultOf(error: unknown): DiskFault {
  let text = '';
  let code: DiskFault['code'] = 'unavailable';
  for (let at = error; at instanceof Error; at = at.cause) {
    text = text === '' ? at.message : `${text}: ${at.message}`;
    const own = (at as { code?: unknown }).code;
    if (own === 'LEVEL_LOCKED') code = 'locked';
    else if (own === 'ENOSPC' || own === 'EDQUOT' || own === 'EFBIG' || NO_ROOM.test(at.message)) code = 'disk_full';
  }
  return { code, text: text === '' ? String(error) : text };
}

const NO_ROOM = /No space left on device|Disk quota exceeded|File too large/;
