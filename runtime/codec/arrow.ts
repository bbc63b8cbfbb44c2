// How Arrow data travels inside closures and payloads: as IPC bytes. Values are recognised by shape, so that those of
// another copy of the library count too. (Filled in below.)

import type { ShippedType } from './closure/walk.ts'

export const arrowTypes: readonly ShippedType[] = []
