// What happens to a payload on its way: every single flipped bit, every cut, every byte too many. Real payloads of every
// family; all positions, none sampled.

import { test } from 'tap'
import { VolleyError } from 'volley'
import { type Subject, subjects } from '../../fuzz/payloads.ts'

const codeOf = ({ decode }: Subject, bytes: Uint8Array): unknown => {
  try {
    decode(bytes)
    return 'taken'
  } catch (error) {
    return error instanceof VolleyError ? error.code : error
  }
}

/** What a flipped bit may be called, by its place in the header; behind it is the payload. */
function codesAt(at: number): readonly string[] {
  if (at < 7) return ['wire_unknown_family', 'wire_wrong_family']
  if (at === 7) return ['wire_too_new', 'wire_too_old']
  if (at === 9) return ['wire_unknown_flags', 'wire_checksum']
  return at >= 10 && at < 14 ? ['wire_length'] : ['wire_checksum']
}

for (const subject of subjects) {
  test(`every flipped bit of a ${subject.name} is told`, { timeout: 240_000 }, (t) => {
    const bytes = Uint8Array.from(subject.bytes)
    const others: string[] = []
    for (let at = 0; at < bytes.length; at++) {
      const whole = bytes[at] ?? 0
      for (let bit = 0; bit < 8; bit++) {
        bytes[at] = whole ^ (1 << bit)
        const code = codeOf(subject, bytes)
        if (!codesAt(at).some((expected) => expected === code)) others.push(`byte ${at}, bit ${bit}: ${code}`)
      }
      bytes[at] = whole
    }
    t.strictSame(others, [])
    t.end()
  })

  test(`every cut of a ${subject.name}, and what is appended, is told`, { timeout: 240_000 }, (t) => {
    const { bytes } = subject
    const others: string[] = []
    for (let length = 0; length < bytes.length; length++) {
      const code = codeOf(subject, bytes.subarray(0, length))
      if (code !== (length < 18 ? 'wire_truncated' : 'wire_length')) others.push(`${length} bytes: ${code}`)
    }
    for (let byte = 0; byte < 256; byte++) {
      const code = codeOf(subject, Buffer.concat([bytes, Buffer.of(byte)]))
      if (code !== 'wire_length') others.push(`with ${byte} behind it: ${code}`)
    }
    t.strictSame(others, [])
    t.end()
  })
}
