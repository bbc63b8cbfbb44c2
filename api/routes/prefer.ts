// What a request prefers (RFC 7240). Preferences that mean nothing here are passed over, as the RFC says.

/** Of a job that is submitted. */
export interface Preference {
  /** Not to wait for the result. */
  readonly isAsync: boolean
  /** How long to wait for the end all the same, in milliseconds. */
  readonly waitMs: number
}

const MAX_WAIT_SECONDS = 60

/** @param header - The `Prefer` header. */
export function preferenceOf(header: string | string[] | undefined): Preference {
  const preferences = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((preference) => preference.split(';')[0]?.trim() ?? '')
  const wait = preferences.map((preference) => /^wait ?= ?"?(\d{1,6})"?$/.exec(preference)?.[1]).find(Boolean)
  return {
    isAsync: preferences.includes('respond-async'),
    waitMs: Math.min(Number(wait ?? 0), MAX_WAIT_SECONDS) * 1000,
  }
}
